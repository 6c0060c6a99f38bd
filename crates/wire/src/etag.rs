//! The `ETag` of collected data: a counter in the shape of the contract, `W/"1579973191.798"`.

use std::fmt;

/// What the tag is made of: only what is stored, so that every node shows the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Etag {
    /// When the data was last written, in seconds since 1970: the digits before the point.
    pub modified_seconds: i64,
    /// How often the data was written: the digits after the point, at least three.
    pub data_version: i64,
}

/// Longer headers match nothing.
pub const IF_MATCH_BYTES_MAX: usize = 4096;

impl Etag {
    /// The tag of data of this version, written at this instant (microseconds since 1970).
    pub fn of(data_version: i64, modified_micros: i64) -> Etag {
        Etag {
            modified_seconds: modified_micros.div_euclid(1_000_000),
            data_version,
        }
    }

    /// The tag in a header, weak or strong; nothing when it is not one of ours.
    pub fn parse(text: &str) -> Option<Etag> {
        let text = text.trim();
        let text = text.strip_prefix("W/").unwrap_or(text);
        let text = text.strip_prefix('"')?.strip_suffix('"')?;
        let (seconds, version) = text.split_once('.')?;
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(seconds.strip_prefix('-').unwrap_or(seconds)) || !is_number(version) {
            return None;
        }
        let tag = Etag {
            modified_seconds: seconds.parse().ok()?,
            data_version: version.parse().ok()?,
        };
        (tag.opaque() == text).then_some(tag)
    }

    /// Whether an `If-Match` header names this tag, compared weakly, or is `*`. Headers longer
    /// than [`IF_MATCH_BYTES_MAX`] match nothing.
    pub fn is_matched_by(self, header: &str) -> bool {
        let header = header.trim();
        header.len() <= IF_MATCH_BYTES_MAX
            && (header == "*" || header.split(',').any(|tag| Etag::parse(tag) == Some(self)))
    }

    fn opaque(self) -> String {
        format!("{}.{:03}", self.modified_seconds, self.data_version)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.opaque())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_the_shape_of_the_contract_and_reads_back() {
        let tag = Etag::of(7, 1_579_973_191_123_456);
        assert_eq!(tag.to_string(), "W/\"1579973191.007\"");
        assert_eq!(Etag::parse(&tag.to_string()), Some(tag));
        let old = Etag::of(1798, -1);
        assert_eq!(Etag::parse(&old.to_string()), Some(old));
    }

    #[test]
    fn if_match_is_a_list_compared_weakly() {
        let tag = Etag::of(7, 1_579_973_191_123_456);
        for header in [
            "*",
            "W/\"1579973191.007\"",
            "\"1579973191.007\"",
            "\"x,y\", W/\"1579973191.007\"",
        ] {
            assert!(tag.is_matched_by(header), "{header}");
        }
        for header in [
            "",
            "W/\"1579973191.008\"",
            "1579973191.007",
            "W/\"1579973191.7\"",
            "W/\"+1579973191.007\"",
        ] {
            assert!(!tag.is_matched_by(header), "{header}");
        }
    }

    #[test]
    fn two_writes_in_one_second_have_two_tags() {
        assert_ne!(
            Etag::of(7, 1_000_000).to_string(),
            Etag::of(8, 1_000_001).to_string()
        );
    }
}
