//! Where all applications stand: as many as the book has, so not in memory.

use std::collections::BTreeMap;
use std::path::Path;

use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};

use super::marks::Mark;
use super::standing::Standing;
use crate::Error;
use crate::book::{Keep, Kept};

/// Where all applications stand, in the order in which their profiles are read back.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    keep: Option<Keep>,
    all: Vec<(usize, Kept<Standing>)>,
    /// By profile: places in `all`.
    profiles: Vec<(Mark, usize)>,
    /// How many applications of a product (the first) stand at a status (the second) with a flag.
    pub counts: BTreeMap<[String; 3], u64>,
    /// How many stand where, with what they wait for, in words.
    pub words: BTreeMap<String, u64>,
}

impl Standings {
    /// None yet; they are kept on the disk of a folder.
    ///
    /// Errors: no file can be made there.
    pub(super) fn in_folder(folder: &Path) -> Result<Standings, Error> {
        Ok(Standings {
            keep: Some(Keep::in_folder(folder)?),
            ..Standings::default()
        })
    }

    /// Adds those of the profile that is read back as number `place`.
    pub(super) fn add(&mut self, place: usize, standing: &[Standing]) -> Result<(), Error> {
        for one in standing {
            let stands = [&one.product, &one.status, &one.flag].map(Clone::clone);
            *self.counts.entry(stands).or_default() += 1;
            *self.words.entry(one.in_words()).or_default() += 1;
            if let Some(keep) = &self.keep {
                self.all.push((place, keep.put(one)?));
                self.profiles.push((Mark::of(&one.profile), place));
            }
        }
        Ok(())
    }

    /// Puts them in order.
    pub(super) fn sort(&mut self) {
        self.all.sort_by_key(|(place, _)| *place);
        self.profiles.sort_unstable();
        self.profiles.dedup();
    }

    /// Those of a profile, once they are in order.
    pub(super) fn of(&self, profile: &str) -> Result<Vec<Standing>, Error> {
        let mark = Mark::of(profile);
        let at = self.profiles.binary_search_by_key(&mark, |(mark, _)| *mark);
        let Ok((_, place)) = at.map(|at| self.profiles[at]) else {
            return Ok(Vec::new());
        };
        let first = self.all.partition_point(|(at, _)| *at < place);
        let all = self.all[first..].iter();
        let here = all.take_while(|(at, _)| *at == place);
        here.map(|(_, standing)| standing.get()).collect()
    }

    /// Each of them; an error when the disk is broken.
    pub fn iter(&self) -> impl Iterator<Item = Result<Standing, Error>> {
        self.all.iter().map(|(_, standing)| standing.get())
    }
}

impl Serialize for Standings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.all.len()))?;
        for standing in self.iter() {
            let standing = standing.map_err(|error| S::Error::custom(error.to_string()))?;
            list.serialize_element(&standing)?;
        }
        list.end()
    }
}
