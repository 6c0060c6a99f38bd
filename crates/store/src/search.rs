//! Finds profiles by the beginnings of folded words, and by the institution's own number for them. Folding
//! is the caller's: both databases compare bytes.

use crate::commit::Write;
use crate::error::Error;
use crate::statement::{Statement, Table};
use crate::store::Store;
use crate::value::{Kind, Value};

/// How many words of a search count; those with digits and the longest are kept.
pub const WORDS_MAX: usize = 6;

/// How many matches are looked at; a count that reaches it means "this many or more".
pub const MATCHES_MAX: i64 = 10_000;

static TOKEN: Table = Table {
    name: "search_token",
    key: &["account", "token", "profile_id"],
    columns: &[
        ("account", Kind::Integer),
        ("token", Kind::Text),
        ("profile_id", Kind::Uuid),
    ],
};

/// The key of all tokens of a profile.
static TOKENS: Table = Table {
    name: "search_token",
    key: &["account", "profile_id"],
    columns: &[("account", Kind::Integer), ("profile_id", Kind::Uuid)],
};

static INSERT: Statement = Statement::insert_or_keep("search_token.insert", &TOKEN);
static DELETE: Statement = Statement::delete("search_token.delete", &TOKENS);

/// The first word is looked up; the others, and the categories, narrow what it finds. Whoever has the
/// number itself comes first, however many begin like it.
static FIND: Statement = Statement::select_each(
    "search_token.find",
    "with found as (
        select distinct t.profile_id from search_token t
        where t.account = $1 and t.token >= $2 and t.token < $3
            and ($4 is null or exists (select 1 from search_token o where o.account = t.account
                and o.profile_id = t.profile_id and o.token >= $4 and o.token < $5))
            and ($6 is null or exists (select 1 from search_token o where o.account = t.account
                and o.profile_id = t.profile_id and o.token >= $6 and o.token < $7))
            and ($8 is null or exists (select 1 from search_token o where o.account = t.account
                and o.profile_id = t.profile_id and o.token >= $8 and o.token < $9))
            and ($10 is null or exists (select 1 from search_token o where o.account = t.account
                and o.profile_id = t.profile_id and o.token >= $10 and o.token < $11))
            and ($12 is null or exists (select 1 from search_token o where o.account = t.account
                and o.profile_id = t.profile_id and o.token >= $12 and o.token < $13))
            and ($14 is null or exists (select 1 from profile p where p.account = t.account
                and p.id = t.profile_id
                and p.category in (select value from json_each($14))))
        limit $15),
     named as (
        select p.id as profile_id from profile p
        where p.account = $1 and p.customer_ref = $18
            and ($14 is null or p.category in (select value from json_each($14)))
        limit $15),
     matched as (
        select profile_id, 1 as is_named from named
        union all
        select profile_id, 0 from found where profile_id not in (select profile_id from named))
     select profile_id, (select count(*) from matched) as count from matched
     order by is_named desc, profile_id desc limit $16 offset $17",
    "with found as materialized (
        select distinct t.profile_id from search_token t
        where t.account = $1 and t.token >= $2 and t.token < $3
            and ($4::text is null or exists (select 1 from search_token o
                where o.account = t.account and o.profile_id = t.profile_id
                and o.token >= $4 and o.token < $5))
            and ($6::text is null or exists (select 1 from search_token o
                where o.account = t.account and o.profile_id = t.profile_id
                and o.token >= $6 and o.token < $7))
            and ($8::text is null or exists (select 1 from search_token o
                where o.account = t.account and o.profile_id = t.profile_id
                and o.token >= $8 and o.token < $9))
            and ($10::text is null or exists (select 1 from search_token o
                where o.account = t.account and o.profile_id = t.profile_id
                and o.token >= $10 and o.token < $11))
            and ($12::text is null or exists (select 1 from search_token o
                where o.account = t.account and o.profile_id = t.profile_id
                and o.token >= $12 and o.token < $13))
            and ($14::text is null or exists (select 1 from profile p
                where p.account = t.account and p.id = t.profile_id
                and p.category in (select jsonb_array_elements_text($14::text::jsonb))))
        limit $15),
     named as materialized (
        select p.id as profile_id from profile p
        where p.account = $1 and p.customer_ref = $18::text
            and ($14::text is null
                or p.category in (select jsonb_array_elements_text($14::text::jsonb)))
        limit $15),
     matched as (
        select profile_id, 1 as is_named from named
        union all
        select profile_id, 0 from found where profile_id not in (select profile_id from named))
     select profile_id, (select count(*) from matched) as count from matched
     order by is_named desc, profile_id desc limit $16 offset $17",
);

pub(crate) static STATEMENTS: &[&Statement] = &[&INSERT, &DELETE, &FIND];

/// What is looked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// The institution's own number for a profile, as it was asked for.
    pub customer_ref: &'a str,
    /// The folded words.
    pub words: &'a [String],
    /// The categories; of all when there are none.
    pub categories: &'a [String],
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The profiles of this page: those with the number itself, then the others, each newest first.
    pub ids: Vec<u128>,
    /// How many there are in all, up to `MATCHES_MAX`.
    pub count: i64,
}

/// Makes these the words by which a profile is found. `words` are folded; repeated ones count once.
pub fn replace(account: i64, profile_id: u128, words: &[String]) -> Vec<Write> {
    let mut writes = vec![delete(account, profile_id)];
    writes.extend(insert(account, profile_id, words));
    writes
}

/// Adds words by which a new profile is found.
pub fn insert(account: i64, profile_id: u128, words: &[String]) -> Vec<Write> {
    let mut words: Vec<&String> = words.iter().filter(|word| !word.is_empty()).collect();
    words.sort();
    words.dedup();
    let write = |word: &String| vec![account.into(), word.into(), profile_id.into()];
    words
        .into_iter()
        .map(|word| Write::new(&INSERT, write(word)))
        .collect()
}

/// Forgets the words of a profile.
pub fn delete(account: i64, profile_id: u128) -> Write {
    Write::new(&DELETE, vec![account.into(), profile_id.into()])
}

/// Profiles that have the number, or for every word a token that begins with it. No words find nothing.
pub async fn find(
    store: &Store,
    account: i64,
    question: Question<'_>,
    (limit, offset): (i64, i64),
) -> Result<Found, Error> {
    let words = question.words.iter();
    let mut words: Vec<&String> = words.filter(|word| !word.is_empty()).collect();
    // The first is looked up, so it should be a rare one: a number more likely than a name.
    let has_digit = |word: &str| word.contains(|sign: char| sign.is_numeric());
    words.sort_by_key(|word| std::cmp::Reverse((has_digit(word), word.len())));
    words.truncate(WORDS_MAX);
    // No text of the database has this sign.
    let number = Some(question.customer_ref);
    let number = number.filter(|number| !number.is_empty() && !number.contains('\0'));
    if words.is_empty() && number.is_none() {
        return Ok(Found::default());
    }
    let mut values: Vec<Value> = vec![account.into()];
    for place in 0..WORDS_MAX {
        let word = words.get(place).map(|word| word.as_str());
        values.push(word.into());
        values.push(word.map(|word| format!("{word}{}", char::MAX)).into());
    }
    let categories = question.categories;
    let categories =
        (!categories.is_empty()).then(|| serde_json::Value::from(categories).to_string());
    values.push(categories.into());
    values.extend([MATCHES_MAX.into(), limit.into(), offset.into()]);
    values.push(number.into());
    let rows = store.query(&FIND, values).await?;
    let mut found = Found::default();
    for row in &rows {
        found.count = row.integer("count")?.min(MATCHES_MAX);
        found.ids.push(row.uuid("profile_id")?);
    }
    Ok(found)
}
