//! One small publication of each format, written for these tests: nobody in them is real.

use std::path::{Path, PathBuf};

use screening::lists::{self, Format, Hints, Part, Publication};

/// The files of each sample.
pub(crate) const SAMPLES: &[(Format, &[&str])] = &[
    (
        Format::OfacCsv,
        &[
            "ofac_sdn.csv",
            "ofac_alt.csv",
            "ofac_add.csv",
            "ofac_comments.csv",
        ],
    ),
    (Format::OfacXml, &["ofac.xml"]),
    (Format::UsConsolidated, &["us_consolidated.csv"]),
    (Format::Un, &["un.xml"]),
    (Format::Uk, &["uk.csv"]),
    (Format::Eu, &["eu.xml"]),
    (Format::Canada, &["canada.xml"]),
    (Format::Australia, &["australia.csv"]),
    (Format::Bis, &["bis.txt"]),
    (Format::FollowTheMoney, &["entities.ftm.json"]),
    (Format::Popolo, &["popolo.json"]),
    (Format::Own, &["own.csv"]),
];

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

pub(crate) fn bytes(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A publication of files with these contents.
pub(crate) fn publication(files: &[(&str, &[u8])], hints: &Hints) -> Publication {
    let parts = files.iter().map(|(name, bytes)| Part::new(*name, *bytes));
    lists::read(parts.collect(), hints).expect("a list")
}

/// The sample of a format.
pub(crate) fn sample(format: Format) -> Publication {
    let found = SAMPLES.iter().find(|(known, _)| *known == format);
    let (_, files) = found.expect("a sample of each format");
    let files: Vec<(&str, Vec<u8>)> = files.iter().map(|file| (*file, bytes(file))).collect();
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, &text[..]))
        .collect();
    publication(&files, &Hints::default())
}
