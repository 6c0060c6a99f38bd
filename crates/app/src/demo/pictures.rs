//! Small files that are what they say: a PDF, a PNG, a JPEG, made in code.

/// A PDF of one page with one line on it.
pub(super) fn pdf(line: &str) -> Vec<u8> {
    let line: String = line
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric() || " -.".contains(*sign))
        .collect();
    let content = format!("BT /F1 18 Tf 40 100 Td ({line}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 200] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(text.len());
        text.extend([format!("{number} 0 obj\n{object}\nendobj\n")]);
    }
    let start = text.len();
    let size = objects.len() + 1;
    text.extend([format!("xref\n0 {size}\n0000000000 65535 f \n")]);
    for place in places {
        text.extend([format!("{place:010} 00000 n \n")]);
    }
    text.extend([format!(
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    )]);
    text.into_bytes()
}

/// A PNG of one gray pixel.
pub(super) fn png(gray: u8) -> Vec<u8> {
    let row = [0, gray];
    // One stored block of deflate inside zlib.
    let mut image = vec![0x78, 0x01, 0x01, 2, 0, 0xfd, 0xff];
    image.extend(row);
    image.extend(adler32(&row).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(
        &mut file,
        *b"IHDR",
        &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0],
    );
    chunk(&mut file, *b"IDAT", &image);
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    file.extend(
        u32::try_from(content.len())
            .unwrap_or_default()
            .to_be_bytes(),
    );
    let start = file.len();
    file.extend(kind);
    file.extend(content);
    let checksum = crc32(&file[start..]);
    file.extend(checksum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 {
                (sum >> 1) ^ 0xedb8_8320
            } else {
                sum >> 1
            };
        }
    }
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1, 0);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    (high << 16) | low
}

/// A JPEG of eight by eight gray pixels: baseline, one component, a code table of one word each.
pub(super) fn jpeg() -> Vec<u8> {
    let mut file = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    file.extend(b"\xff\xdb\0\x43\0");
    file.extend([1; 64]);
    file.extend(b"\xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0");
    for table in [0x00, 0x10] {
        file.extend([0xff, 0xc4, 0, 20, table, 1]);
        file.extend([0; 15]);
        file.push(0);
    }
    file.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x3f\xff\xd9");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn a_pdf_says_where_its_objects_are() {
        let file = String::from_utf8(pdf("Passport (1)")).unwrap();
        let (_, start) = file.rsplit_once("startxref\n").unwrap();
        let start: usize = start.lines().next().unwrap().parse().unwrap();
        assert!(file[start..].starts_with("xref\n0 6\n"));
        for (number, line) in (1..6).zip(file[start..].lines().skip(3)) {
            let place: usize = line[..10].parse().unwrap();
            assert!(
                file[place..].starts_with(&format!("{number} 0 obj\n")),
                "{number}"
            );
        }
        assert!(file.contains("(Passport 1)"));
    }
}
