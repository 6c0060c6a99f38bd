//! The client book of the demonstration: hand-made and fictional. E-mail addresses are at
//! example.com, telephone numbers in the range that Ofcom keeps for fiction.

use std::fs;
use std::io;
use std::path::Path;

use super::pictures;
use crate::folder;
use crate::trouble::Trouble;

/// The mapping, in the folder of the book.
pub(super) const MAPPING: &str = "mapping.yaml";
/// The files of the book whose rows are clients.
pub(super) const CLIENT_FILES: [&str; 2] = ["individuals.csv", "companies.csv"];

const TEXTS: [(&str, &str); 6] = [
    (MAPPING, include_str!("../../book/mapping.yaml")),
    (
        "individuals.csv",
        include_str!("../../book/individuals.csv"),
    ),
    ("companies.csv", include_str!("../../book/companies.csv")),
    ("associates.csv", include_str!("../../book/associates.csv")),
    ("documents.csv", include_str!("../../book/documents.csv")),
    ("notes.csv", include_str!("../../book/notes.csv")),
];

/// What is in a file of the folder `files`.
#[derive(Clone, Copy)]
enum Content {
    Pdf,
    Png,
    Jpeg,
    /// A picture that was cut off.
    TornPng,
    /// What a word processor writes: none of the types that are taken.
    Office,
    Nothing,
}

/// The scans; some that documents.csv names are not there.
const SCANS: [(&str, Content); 12] = [
    ("P-1001-passport.pdf", Content::Pdf),
    ("P-1001-gas-bill.jpg", Content::Jpeg),
    ("P-1002-licence.png", Content::Png),
    ("P-1003-passport.jpg", Content::Jpeg),
    // The name says another type than the content.
    ("P-1005-passport.jpg", Content::Pdf),
    ("P-1008-statement.docx", Content::Office),
    ("P-1014-passport.pdf", Content::Pdf),
    ("P-1016-passport.pdf", Content::Pdf),
    ("P-1031-empty.pdf", Content::Nothing),
    ("P-1035-torn.png", Content::TornPng),
    ("C-2001-incorporation.pdf", Content::Pdf),
    ("C-2004-accounts.pdf", Content::Pdf),
];

/// Writes what is not there yet; what somebody has changed is left as it is.
pub(super) fn write(folder: &Path) -> Result<(), Trouble> {
    let scans = folder.join("files");
    folder::make(folder)?;
    folder::make(&scans)?;
    for (name, text) in TEXTS {
        put(&folder.join(name), text.as_bytes())?;
    }
    for (name, content) in SCANS {
        put(&scans.join(name), &bytes(name, content))?;
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result<(), Trouble> {
    let written = match fs::symlink_metadata(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::write(path, bytes),
        Err(error) => Err(error),
    };
    written.map_err(|error| Trouble::file(path, &error))
}

fn bytes(name: &str, content: Content) -> Vec<u8> {
    match content {
        Content::Pdf => pictures::pdf(name),
        Content::Png => pictures::png(0x99),
        Content::Jpeg => pictures::jpeg(),
        Content::TornPng => pictures::png(0x66)[..50].to_vec(),
        Content::Office => b"PK\x03\x04 a letter, not a scan".to_vec(),
        Content::Nothing => Vec::new(),
    }
}
