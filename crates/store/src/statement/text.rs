//! Makes the texts of the statements that are made from a table.

use crate::statement::{Clash, Form, Table, Texts};
use crate::value::Kind;

pub(super) fn write(form: &Form) -> Texts {
    match form {
        Form::Insert { table, conflict } => insert(table, *conflict),
        Form::Update { table, set } => update(table, set),
        Form::Delete { table } => delete(table),
        Form::Select { sqlite, postgres } | Form::Claim { sqlite, postgres } => {
            plain(sqlite, postgres, None)
        }
        Form::Change {
            sqlite,
            postgres,
            batch,
        } => plain(sqlite, postgres, batch.as_ref().map(|batch| batch.postgres)),
    }
}

fn plain(sqlite: &str, postgres: &str, batch: Option<&str>) -> Texts {
    Texts {
        kinds: None,
        sqlite: sqlite.to_owned(),
        sqlite_fresh: None,
        postgres: postgres.to_owned(),
        postgres_batch: batch.map(str::to_owned),
        postgres_fresh: None,
    }
}

fn insert(table: &Table, conflict: Clash) -> Texts {
    let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let into = format!("insert into {} ({})", table.name, names.join(", "));
    let one = format!("{into} values ({})", numbered(names.len()).join(", "));
    let many = format!("{into} select * from {}", unnest(table, &names));
    let key = table.key.join(", ");
    let keep = format!(" on conflict ({key}) do nothing");
    let tail = match conflict {
        Clash::Fail => String::new(),
        Clash::Keep => keep.clone(),
        Clash::Overwrite => {
            let rest = names.iter().filter(|name| !table.key.contains(name));
            let set: Vec<String> = rest
                .map(|name| format!("{name} = excluded.{name}"))
                .collect();
            format!(" on conflict ({key}) do update set {}", set.join(", "))
        }
        Clash::Set(set) => format!(" on conflict ({key}) do update set {set}"),
    };
    let fresh = conflict == Clash::Fail;
    Texts {
        kinds: None,
        sqlite: format!("{one}{tail}"),
        sqlite_fresh: fresh.then(|| format!("{one}{keep}")),
        postgres: format!("{one}{tail}"),
        postgres_batch: Some(format!("{many}{tail}")),
        postgres_fresh: fresh.then(|| format!("{many}{keep} returning {key}")),
    }
}

fn update(table: &Table, set: &[&str]) -> Texts {
    let first = table.key.len() + 1;
    let sets: Vec<String> = set
        .iter()
        .zip(first..)
        .map(|(name, number)| format!("{name} = ${number}"))
        .collect();
    let one = format!(
        "update {} set {} where {}",
        table.name,
        sets.join(", "),
        by_key(table)
    );
    let sets: Vec<String> = set
        .iter()
        .map(|name| format!("{name} = new_row.{name}"))
        .collect();
    let names: Vec<&str> = table.key.iter().chain(set).copied().collect();
    let many = format!(
        "update {} as old_row set {} from {} as new_row({}) where {}",
        table.name,
        sets.join(", "),
        unnest(table, &names),
        names.join(", "),
        joined(table),
    );
    plain(&one, &one, Some(&many))
}

fn delete(table: &Table) -> Texts {
    let one = format!("delete from {} where {}", table.name, by_key(table));
    let many = format!(
        "delete from {} as old_row using {} as new_row({}) where {}",
        table.name,
        unnest(table, table.key),
        table.key.join(", "),
        joined(table),
    );
    plain(&one, &one, Some(&many))
}

fn by_key(table: &Table) -> String {
    let parts: Vec<String> = table
        .key
        .iter()
        .zip(1..)
        .map(|(name, number)| format!("{name} = ${number}"))
        .collect();
    parts.join(" and ")
}

fn joined(table: &Table) -> String {
    let parts: Vec<String> = table
        .key
        .iter()
        .map(|name| format!("old_row.{name} = new_row.{name}"))
        .collect();
    parts.join(" and ")
}

fn numbered(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("${number}")).collect()
}

/// `unnest($1::bigint[], $2::uuid[])`: as many rows as the arrays have entries.
fn unnest(table: &Table, names: &[&str]) -> String {
    let arrays: Vec<String> = names
        .iter()
        .zip(1..)
        .map(|(name, number)| format!("${number}::{}[]", array_kind(table.kind_of(name))))
        .collect();
    format!("unnest({})", arrays.join(", "))
}

fn array_kind(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Integer) => "bigint",
        Some(Kind::Text) | None => "text",
        Some(Kind::Uuid) => "uuid",
        Some(Kind::Bytes) => "bytea",
    }
}
