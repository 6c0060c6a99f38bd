//! Files judged by their content: PDF, JPEG, PNG and GIF, whole, and from one folder only.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::hex;

/// The largest file the API takes.
pub const FILE_BYTES_MAX: u64 = 50 * 1024 * 1024;
/// A file lies at most this many names deep, its own among them.
const FOLDER_DEPTH_MAX: usize = 16;
/// A PDF must end within this many bytes of its last `%%EOF`.
const PDF_TAIL_BYTES_MAX: usize = 1024;

/// A file that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Where it lies.
    pub path: PathBuf,
    /// Where that is below the folder of the scans, with `/` between.
    pub name: String,
    /// Its type by content, such as `application/pdf`.
    pub mime: &'static str,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// Its name says another type.
    pub is_named_otherwise: bool,
}

/// Why a file cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The name leads out of the folder, or could.
    UnsafeName,
    /// There is no such file.
    Missing,
    /// It has no content.
    Empty,
    /// It is larger than [`FILE_BYTES_MAX`].
    TooLarge,
    /// It is none of the types the API takes.
    Unsupported,
    /// It is cut off or broken.
    Corrupt,
}

impl Fault {
    /// The rule's name in the mapping.
    pub fn rule(self) -> &'static str {
        match self {
            Fault::UnsafeName => "unsafe_file_name",
            Fault::Missing => "file_missing",
            Fault::Empty => "file_empty",
            Fault::TooLarge => "file_too_large",
            Fault::Unsupported => "file_type_unsupported",
            Fault::Corrupt => "file_corrupt",
        }
    }
}

/// Looks at a file of a folder by its name. Nothing outside the folder is opened, not even through
/// a link inside it.
pub fn examine(folder: &Path, name: &str) -> Result<FileFacts, Fault> {
    if !is_safe_name(name) {
        return Err(Fault::UnsafeName);
    }
    look(folder.join(name), name)
}

/// As [`examine`], by a name that may lead through folders below it (`2019/a.pdf`, `2019\a.pdf`):
/// each on the way must be a folder itself, and no link to one.
pub fn examine_below(folder: &Path, name: &str) -> Result<FileFacts, Fault> {
    let parts: Vec<&str> = name.split(['/', '\\']).collect();
    if parts.len() > FOLDER_DEPTH_MAX || !parts.iter().all(|part| is_safe_name(part)) {
        return Err(Fault::UnsafeName);
    }
    let mut path = folder.to_path_buf();
    for part in &parts[..parts.len() - 1] {
        path.push(part);
        let details = fs::symlink_metadata(&path).map_err(|_| Fault::Missing)?;
        if details.is_symlink() {
            return Err(Fault::UnsafeName);
        }
    }
    look(path.join(parts[parts.len() - 1]), &parts.join("/"))
}

fn look(path: PathBuf, name: &str) -> Result<FileFacts, Fault> {
    let details = fs::symlink_metadata(&path).map_err(|_| Fault::Missing)?;
    if !details.is_file() {
        return Err(if details.is_symlink() {
            Fault::UnsafeName
        } else {
            Fault::Missing
        });
    }
    if details.len() == 0 {
        return Err(Fault::Empty);
    }
    if details.len() > FILE_BYTES_MAX {
        return Err(Fault::TooLarge);
    }
    let content = fs::read(&path).map_err(|_| Fault::Missing)?;
    let mime = content_type(&content)?;
    Ok(FileFacts {
        is_named_otherwise: says_otherwise(name, mime),
        name: name.to_owned(),
        path,
        mime,
        bytes: content.len() as u64,
        sha256: hex(&Sha256::digest(&content)),
    })
}

/// Whether a name is a plain file name: no folders, drives, control characters or hidden files.
fn is_safe_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && !name.starts_with('.')
        && !name.contains(['/', '\\', ':'])
        && !name.chars().any(char::is_control)
}

/// The type of a whole file, by its content.
fn content_type(content: &[u8]) -> Result<&'static str, Fault> {
    let (mime, is_whole) = if content.starts_with(b"%PDF-") {
        ("application/pdf", is_whole_pdf(content))
    } else if content.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", is_whole_png(content))
    } else if content.starts_with(b"\xff\xd8\xff") {
        ("image/jpeg", is_whole_jpeg(content))
    } else if content.starts_with(b"GIF87a") || content.starts_with(b"GIF89a") {
        ("image/gif", is_whole_gif(content))
    } else {
        return Err(Fault::Unsupported);
    };
    if is_whole {
        Ok(mime)
    } else {
        Err(Fault::Corrupt)
    }
}

fn says_otherwise(name: &str, mime: &str) -> bool {
    let Some((_, ending)) = name.rsplit_once('.') else {
        return false;
    };
    let expected: &[&str] = match mime {
        "application/pdf" => &["pdf"],
        "image/png" => &["png"],
        "image/jpeg" => &["jpg", "jpeg", "jpe", "jfif"],
        _ => &["gif"],
    };
    !expected.contains(&ending.to_lowercase().as_str())
}

fn is_whole_pdf(content: &[u8]) -> bool {
    let tail = &content[content.len().saturating_sub(PDF_TAIL_BYTES_MAX)..];
    let has = |wanted: &[u8]| tail.windows(wanted.len()).any(|window| window == wanted);
    has(b"startxref") && has(b"%%EOF")
}

/// Walks the chunks from the header to the end mark.
fn is_whole_png(content: &[u8]) -> bool {
    let mut rest = &content[8..];
    let mut has_image = false;
    while let Some((head, after)) = rest.split_at_checked(8) {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let kind = &head[4..8];
        if after.len() < length.saturating_add(4) {
            return false;
        }
        match kind {
            b"IDAT" => has_image = true,
            b"IEND" => return has_image,
            _ => {}
        }
        rest = &after[length + 4..];
    }
    false
}

/// Walks the segments to the scan, which must be closed by an end mark.
fn is_whole_jpeg(content: &[u8]) -> bool {
    let mut place = 2;
    while let (Some(0xff), Some(marker)) = (content.get(place), content.get(place + 1)) {
        match marker {
            0xff => place += 1,
            0xda => {
                return content[place..].windows(2).any(|pair| pair == [0xff, 0xd9]);
            }
            0xd9 => return false,
            _ => {
                let (Some(high), Some(low)) = (content.get(place + 2), content.get(place + 3))
                else {
                    return false;
                };
                place += 2 + usize::from(u16::from_be_bytes([*high, *low]));
            }
        }
    }
    false
}

/// Walks the blocks to the trailer.
fn is_whole_gif(content: &[u8]) -> bool {
    let color_table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3 << ((flags & 0x07) + 1)
        }
    };
    let Some(flags) = content.get(10) else {
        return false;
    };
    let mut place = 13 + color_table(*flags);
    let mut has_image = false;
    while let Some(kind) = content.get(place) {
        place += match kind {
            0x3b => return has_image,
            0x21 => 2,
            0x2c => {
                has_image = true;
                let Some(flags) = content.get(place + 9) else {
                    return false;
                };
                11 + color_table(*flags)
            }
            _ => return false,
        };
        loop {
            match content.get(place) {
                Some(0) => break,
                Some(length) => place += 1 + usize::from(*length),
                None => return false,
            }
        }
        place += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIF: &[u8] =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\0IDATcrc4\0\0\0\0IENDcrc4";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x04ab\xff\xda\0\x02data\xff\xd9";
    const PDF: &[u8] = b"%PDF-1.4\n...\nstartxref\n9\n%%EOF\n";

    #[test]
    fn a_file_is_known_by_its_content() {
        assert_eq!(content_type(GIF), Ok("image/gif"));
        assert_eq!(content_type(PNG), Ok("image/png"));
        assert_eq!(content_type(JPEG), Ok("image/jpeg"));
        assert_eq!(content_type(PDF), Ok("application/pdf"));
        assert_eq!(content_type(b"PK\x03\x04"), Err(Fault::Unsupported));
        assert_eq!(content_type(b"<html>"), Err(Fault::Unsupported));
    }

    #[test]
    fn a_file_cut_anywhere_is_corrupt_or_unknown() {
        for whole in [GIF, PNG, JPEG] {
            for length in 0..whole.len() {
                let cut = content_type(&whole[..length]);
                let is_trailing_checksum = whole == PNG && length + 4 > whole.len();
                assert!(
                    cut.is_err() || is_trailing_checksum,
                    "{length} of {whole:?}"
                );
            }
        }
        assert_eq!(content_type(&PDF[..20]), Err(Fault::Corrupt));
    }

    #[test]
    fn a_name_must_be_a_plain_file_name() {
        for name in ["a.pdf", "01000004_PP_1.JPEG", "scan (2).png", "é.gif"] {
            assert!(is_safe_name(name), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "../a.pdf",
            "..\\a.pdf",
            "/etc/passwd",
            "C:a.pdf",
            "a\0.pdf",
            ".hidden",
        ] {
            assert!(!is_safe_name(name), "{name}");
        }
    }

    #[test]
    fn subfolders_lead_down_and_never_out() {
        let folder = tempfile::tempdir().unwrap();
        let scans = folder.path().join("scans");
        fs::create_dir_all(scans.join("2019")).unwrap();
        fs::write(scans.join("2019/a.gif"), GIF).unwrap();
        fs::write(folder.path().join("out.gif"), GIF).unwrap();
        std::os::unix::fs::symlink(folder.path(), scans.join("up")).unwrap();
        for name in ["2019/a.gif", "2019\\a.gif"] {
            assert_eq!(examine_below(&scans, name).unwrap().name, "2019/a.gif");
        }
        assert_eq!(examine(&scans, "2019/a.gif"), Err(Fault::UnsafeName));
        for name in [
            "../out.gif",
            "2019/../../out.gif",
            "up/out.gif",
            "/etc/passwd",
            "2019//a.gif",
        ] {
            assert_eq!(
                examine_below(&scans, name),
                Err(Fault::UnsafeName),
                "{name}"
            );
        }
        let deep = "a/".repeat(FOLDER_DEPTH_MAX) + "a.gif";
        assert_eq!(examine_below(&scans, &deep), Err(Fault::UnsafeName));
        assert_eq!(examine_below(&scans, "2020/a.gif"), Err(Fault::Missing));
        assert_eq!(examine_below(&scans, "2019/a.gif/b"), Err(Fault::Missing));
    }

    #[test]
    fn a_name_that_says_another_type_is_noticed() {
        assert!(says_otherwise("a.jpg", "application/pdf"));
        assert!(!says_otherwise("a.JPEG", "image/jpeg"));
        assert!(!says_otherwise("a", "image/gif"));
    }
}
