//! So many of something, in words.

use std::fmt::Display;

/// So many of something: `1 row`, `2 rows`. A verb may stand with it: `1 row is`, `2 rows are`.
pub fn numbered<N: Copy + Display + Eq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let word = if count == N::from(1) { one } else { many };
    format!("{count} {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_none_is_many() {
        let told = [0_u64, 1, 2].map(|count| numbered(count, "row is", "rows are"));
        assert_eq!(told, ["0 rows are", "1 row is", "2 rows are"]);
        assert_eq!(numbered(1_usize, "row", "rows"), "1 row");
    }
}
