//! From a key to a few numbers, in flat arrays.

/// Numbers by key; the keys ascend.
#[derive(Debug)]
pub(super) struct Keyed<K> {
    keys: Box<[K]>,
    rows: Rows,
}

impl<K: Ord + Copy> Keyed<K> {
    /// The pairs given, in any order; each once.
    pub(super) fn of(mut pairs: Vec<(K, u32)>) -> Keyed<K> {
        pairs.sort_unstable();
        pairs.dedup();
        let mut keys: Vec<K> = Vec::new();
        let mut starts = Vec::new();
        let mut numbers = Vec::with_capacity(pairs.len());
        for (key, number) in pairs {
            if keys.last() != Some(&key) {
                keys.push(key);
                starts.push(count(numbers.len()));
            }
            numbers.push(number);
        }
        starts.push(count(numbers.len()));
        Keyed {
            keys: keys.into(),
            rows: Rows {
                starts: starts.into(),
                numbers: numbers.into(),
            },
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The numbers of a key, ascending.
    pub(super) fn of_key(&self, key: K) -> &[u32] {
        match self.keys.binary_search(&key) {
            Ok(at) => self.rows.row(count(at)),
            Err(_) => &[],
        }
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.keys.len() * size_of::<K>() + self.rows.bytes()
    }
}

/// Numbers by row.
#[derive(Debug, Default)]
pub(super) struct Rows {
    starts: Box<[u32]>,
    numbers: Box<[u32]>,
}

impl Rows {
    /// Pairs of row and number, which keep their order within a row.
    pub(super) fn of(rows: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Rows {
        let mut starts = vec![0_u32; rows + 1];
        let mut total = 0;
        for (row, _) in pairs.clone() {
            starts[place(row) + 1] += 1;
            total += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut numbers = vec![0_u32; total];
        for (row, number) in pairs {
            let to = &mut next[place(row)];
            numbers[place(*to)] = number;
            *to += 1;
        }
        Rows {
            starts: starts.into(),
            numbers: numbers.into(),
        }
    }

    /// The numbers of a row; none of a row that is not there.
    pub(super) fn row(&self, row: u32) -> &[u32] {
        let Some([from, to]) = self.starts.get(place(row)..place(row) + 2) else {
            return &[];
        };
        &self.numbers[place(*from)..place(*to)]
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        4 * (self.starts.len() + self.numbers.len())
    }
}

/// A number as a place in an array.
pub(super) fn place(number: u32) -> usize {
    number as usize
}

/// A length as a number; what an index holds is far below the limit.
pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
