//! The sections of associates, documents and notes.

use std::fs;
use std::path::Path;

use super::clients;
use super::codes;
use super::fields::{Line, Section};
use super::page::{pairs, yaml};
use super::words::Meaning as M;
use crate::inspect::Column;

/// Where associates go whose role is not known.
const OTHER_LIST: &str = "officers.other";
/// More folders than this are not looked through for the scans.
const FOLDERS_COUNT_MAX: usize = 100;
/// Of so many files it is looked where they are.
const FILES_LOOKED_MAX: usize = 40;

/// Writes the section of associates.
pub(super) fn associates(section: &mut Section<'_, '_>) {
    let file = section.file;
    section.page.line(0, "associates:");
    section.page.line(1, "source: associates");
    owner(section);
    if let Some(person) = file.one(M::Person) {
        section
            .page
            .comment(1, "Who has no client's reference here is named in the row.");
        section.doubts(1, &[person]);
        section.take(&[person]);
        section
            .page
            .line(1, format!("person: {}", yaml(&person.column.name)));
    }
    section.clean();
    section.missing();
    let lists = role(section);
    let has = |list: &str| lists.contains(&list);
    let shares = "ownership_structure.shareholders";
    if has(shares) && file.one(M::Share).is_some() {
        section
            .page
            .comment(1, "More than 100 % of these in one company is told.");
        section.page.line(1, format!("share_lists: [{shares}]"));
    }
    let owners = [shares, "ownership_structure.beneficial_owners"];
    let owners: Vec<&str> = owners.into_iter().filter(|list| has(list)).collect();
    if !owners.is_empty() {
        section
            .page
            .comment(1, "Companies that own each other in a ring are told.");
        section
            .page
            .line(1, format!("ownership_lists: [{}]", owners.join(", ")));
    }
    section.page.line(1, "tags: [migrated]");
    entry(section, &lists);
    section.page.comment(1, "A person named in the row.");
    section.page.line(1, "fields:");
    clients::person(section);
    if file.one(M::Country).is_some() {
        section.constant(
            "collected_data.address_history[0].address.type",
            "STRUCTURED",
        );
        clients::home_country(section);
    }
    section.unused();
}

fn owner(section: &mut Section<'_, '_>) {
    let file = section.file;
    let named = file.one(M::Reference);
    let leads = || {
        let mut columns = file.table.columns.iter();
        columns.find(|column| !column.refers.is_empty())
    };
    let owner = named.map(|used| used.column).or_else(leads);
    let owner = owner.or(file.table.columns.first());
    if let Some(used) = named {
        section.doubts(1, &[used]);
    }
    let Some(owner) = owner else { return };
    if owner.refers.is_empty() && !owner.is_key {
        section
            .page
            .check(1, "its values were not found among the keys of the clients");
    } else if named.is_none() {
        let why = "its values are keys of clients, and its name says nothing";
        section.page.check(1, why);
    }
    section.written.insert(&owner.name);
    section
        .page
        .line(1, format!("owner: {}", yaml(&owner.name)));
}

/// Writes the roles: the lists that they lead to.
fn role(section: &mut Section<'_, '_>) -> Vec<&'static str> {
    let file = section.file;
    let Some(role) = file.one(M::Role) else {
        return Vec::new();
    };
    section.doubts(1, &[role]);
    section.take(&[role]);
    let list = |code: &str| codes::meaning(code, codes::ROLES).unwrap_or(OTHER_LIST);
    let codes: Vec<(&str, &'static str)> = role
        .column
        .values
        .iter()
        .map(|(code, _)| (code.as_str(), list(code)))
        .collect();
    let unknown: Vec<String> = codes
        .iter()
        .filter(|(_, list)| *list == OTHER_LIST)
        .map(|(code, _)| yaml(code))
        .collect();
    if !unknown.is_empty() {
        section
            .page
            .check(1, format!("which roles are these: {}?", unknown.join(", ")));
    }
    let is_uncertain = |(code, _): &&(&str, &str)| codes::is_one(code, &codes::UNCERTAIN_ROLES);
    let uncertain: Vec<String> = codes
        .iter()
        .filter(is_uncertain)
        .map(|(code, _)| yaml(code))
        .collect();
    if !uncertain.is_empty() {
        let uncertain = uncertain.join(", ");
        let why = format!("{uncertain} is taken for an owner; of a partnership it is a partner");
        section.page.check(1, why);
    }
    section.page.line(1, "role:");
    section
        .page
        .line(2, format!("from: {}", yaml(&role.column.name)));
    section.page.line(2, "lists:");
    for (code, list) in &codes {
        section.page.line(3, format!("{}: {list}", yaml(code)));
    }
    let lists: Vec<&'static str> = codes.into_iter().map(|(_, list)| list).collect();
    if let Some(resigned) = file.one(M::ResignedOn)
        && lists.iter().any(|list| list.starts_with("officers."))
    {
        section.take(&[resigned]);
        section.page.line(2, "resigned: officers.resigned");
    }
    section.page.line(2, "on_error: reject unknown_code:role");
    lists
}

/// Writes the fields of the entry in the company's list.
fn entry(section: &mut Section<'_, '_>, lists: &[&str]) {
    let file = section.file;
    let is_officer = lists.iter().any(|list| list.starts_with("officers."));
    let is_owner = lists
        .iter()
        .any(|list| list.starts_with("ownership_structure."));
    let share = file.one(M::Share).filter(|_| is_owner);
    if let (None, Some(lost)) = (share, file.one(M::Share)) {
        let name = yaml(&lost.column.name);
        let why = format!("{name} looks like a share, and no role here is an owner's: it is lost");
        section.page.check(1, why);
    }
    let appointed = file.one(M::AppointedOn).filter(|_| is_officer);
    let resigned = file.one(M::ResignedOn).filter(|_| is_officer);
    if share.is_none() && appointed.is_none() && resigned.is_none() {
        return;
    }
    section.page.line(1, "entry:");
    if let Some(share) = share {
        let step = if has_decimal_comma(share.column) {
            "{percentage: {decimal: \",\"}}"
        } else {
            "percentage"
        };
        let line = Line::to("total_percentage").on_error("warn invalid_percentage");
        section.field_of(&[share], &line.step(step));
    }
    if appointed.is_some() {
        section.date(
            M::AppointedOn,
            Line::to("appointed_on").on_error("warn invalid_date:appointed_on"),
        );
    }
    if resigned.is_some() {
        section.date(
            M::ResignedOn,
            Line::to("resigned_on").on_error("warn invalid_date:resigned_on"),
        );
    }
}

fn has_decimal_comma(column: &Column) -> bool {
    let with = |sign| {
        column
            .values
            .iter()
            .filter(|(value, _)| value.contains(sign))
            .count()
    };
    with(',') > with('.')
}

/// Writes the section of documents. `book` is the folder of the source files.
pub(super) fn documents(section: &mut Section<'_, '_>, book: &Path) {
    let file = section.file;
    let Some(name) = file.one(M::FileName) else {
        return;
    };
    section.page.line(0, "documents:");
    section.page.line(1, "source: documents");
    owner(section);
    let found = folder(book, name.column);
    if found.is_none() {
        let why = "no folder with these files was found below the source folder";
        section.page.check(1, why);
    }
    let found = found.unwrap_or("files".to_owned());
    section.page.line(1, format!("folder: {}", yaml(&found)));
    if name.column.values.iter().any(|(name, _)| is_below(name)) {
        section.page.line(1, "subfolders: true");
    }
    section.page.line(1, "clean: [trim]");
    section.missing();
    section.doubts(1, &[name]);
    section.take(&[name]);
    section
        .page
        .line(1, format!("file: {}", yaml(&name.column.name)));
    document_types(section);
    let meanings = [M::DocumentNumber, M::IssuedOn, M::ExpiresOn];
    if meanings.iter().any(|meaning| file.one(*meaning).is_some()) {
        section.page.line(1, "fields:");
        section.field(M::DocumentNumber, &Line::to("extracted_data.number"));
        section.date(
            M::IssuedOn,
            Line::to("extracted_data.issued").on_error("warn invalid_date:issued_on"),
        );
        section.date(
            M::ExpiresOn,
            Line::to("extracted_data.expiry").on_error("warn invalid_date:expires_on"),
        );
    }
    section.unused();
}

/// Whether a file's name leads to a folder below, and not out.
fn is_below(name: &str) -> bool {
    is_inside(name) && name.contains(['/', '\\'])
}

/// Whether a name does not lead out of its folder.
fn is_inside(name: &str) -> bool {
    !name.contains("..") && !name.starts_with(['/', '\\'])
}

fn document_types(section: &mut Section<'_, '_>) {
    let file = section.file;
    let Some(kind) = file.one(M::DocumentType) else {
        return;
    };
    section.doubts(1, &[kind]);
    section.take(&[kind]);
    section.page.line(1, "type:");
    section
        .page
        .line(2, format!("from: {}", yaml(&kind.column.name)));
    section
        .page
        .line(2, "on_error: reject unknown_code:doc_type");
    section.page.line(2, "types:");
    for (code, count) in &kind.column.values {
        let known = codes::meaning(code, codes::DOCUMENT_TYPES).and_then(|it| it.split_once(' '));
        if known.is_none() {
            section
                .page
                .check(3, format!("which document is {} ({count})?", yaml(code)));
        }
        let (kind, category) = known.unwrap_or(("UNKNOWN", "SUPPORTING"));
        let kind = pairs([("document_type", kind), ("category", category)].into_iter());
        section.page.line(3, format!("{}: {kind}", yaml(code)));
    }
}

/// The folder that has the most of a column's files: the book's own or one in it.
fn folder(book: &Path, files: &Column) -> Option<String> {
    let inside = fs::read_dir(book).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        entry
            .path()
            .is_dir()
            .then(|| entry.file_name().into_string().ok())?
    });
    let mut folders: Vec<String> = inside.take(FOLDERS_COUNT_MAX).collect();
    folders.sort();
    folders.insert(0, ".".to_owned());
    let names = || {
        files
            .values
            .iter()
            .take(FILES_LOOKED_MAX)
            .map(|(name, _)| name)
    };
    // A name that leads out of the folder is not looked for.
    let count = |folder: &str| {
        names()
            .filter(|name| is_inside(name) && book.join(folder).join(name).is_file())
            .count()
    };
    let counted = folders.into_iter().map(|folder| (count(&folder), folder));
    // Of those with as many, the first.
    let best = counted.rev().max_by_key(|(count, _)| *count)?;
    (best.0 > 0).then_some(best.1)
}

/// Writes the section of notes.
pub(super) fn notes(section: &mut Section<'_, '_>) {
    section.page.line(0, "notes:");
    section.page.line(1, "source: notes");
    owner(section);
    section.page.line(1, "clean:");
    section
        .page
        .line(2, "- control_characters: control_char_removed");
    section.page.line(2, "- trim");
    section.page.line(1, "fields:");
    section.field(
        M::Text,
        &Line::to("text").required("\"missing_required:text\""),
    );
    section.field(M::Author, &Line::to("author_name"));
    section.date(
        M::NotedOn,
        Line::to("created_on").on_error("warn invalid_date:noted_on"),
    );
    section.unused();
}
