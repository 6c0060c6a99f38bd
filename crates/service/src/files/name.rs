//! Names of files: the last part of what the sender calls it, and nothing that is more than a name.

use crate::Failure;

/// Longest name of a file, in characters; a longer one is refused.
pub const FILE_NAME_CHARS_MAX: usize = 255;

/// Stands for a name of which nothing is left, as for files without a name in the original.
const UNTITLED: &str = "Untitled";

/// Signs that turn the direction of text around and make a name look like another.
const TURNING: [char; 11] = [
    '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}',
];

/// The name under which a file is kept: without folders, drives, control characters and the like.
pub(super) fn read(name: &str) -> Result<String, Failure> {
    if name.chars().count() > FILE_NAME_CHARS_MAX {
        let message = format!("is longer than {FILE_NAME_CHARS_MAX} characters");
        return Err(Failure::field("name", message));
    }
    let shown: String = name
        .chars()
        .filter(|c| !c.is_control() && !TURNING.contains(c))
        .collect();
    let mut parts = shown.split(['/', '\\']).map(str::trim);
    let last = parts.rfind(|part| !part.is_empty());
    let last = last.map_or("", without_drive);
    let is_name = last.chars().any(|c| c != '.');
    Ok(if is_name { last } else { UNTITLED }.to_owned())
}

/// `C:passport.pdf` is `passport.pdf`.
fn without_drive(name: &str) -> &str {
    let has_drive =
        name.get(1..2) == Some(":") && name.starts_with(|c: char| c.is_ascii_alphabetic());
    if has_drive { name[2..].trim() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_part_of_a_path_is_a_name() {
        for (sent, kept) in [
            ("passport.pdf", "passport.pdf"),
            ("Müller & Söhne; 10%.pdf", "Müller & Söhne; 10%.pdf"),
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\x", "x"),
            ("C:x.pdf", "x.pdf"),
            ("/a/b/", "b"),
            ("a\r\nSet-Cookie: b=1\0.pdf", "aSet-Cookie: b=1.pdf"),
            ("fdp.\u{202e}exe", "fdp.exe"),
            ("..", UNTITLED),
            (" ./ ", UNTITLED),
            ("C:", UNTITLED),
            ("", UNTITLED),
            ("\u{1b}\u{7}", UNTITLED),
        ] {
            assert_eq!(read(sent).unwrap(), kept, "{sent:?}");
        }
        assert!(read(&"x".repeat(FILE_NAME_CHARS_MAX)).is_ok());
        assert!(read(&"x".repeat(FILE_NAME_CHARS_MAX + 1)).is_err());
    }
}
