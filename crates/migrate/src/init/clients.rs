//! The sections of individuals and companies.

use super::codes;
use super::companies;
use super::fields::{Line, Section};
use super::files::Used;
use super::page::{pairs, yaml};
use super::words::{Meaning as M, Part};
use crate::inspect::{Column, Kind};

/// Where a person's name goes.
const GIVEN_NAMES: &str = "collected_data.personal_details.name.given_names";
const FAMILY_NAME: &str = "collected_data.personal_details.name.family_name";
/// Why there is no product.
const NO_PRODUCT: &str =
    "no column was found that says which product a client has: name the alias of one";

/// Writes the section of a client file.
pub(super) fn write(section: &mut Section<'_, '_>) {
    let part = section.file.part;
    section.page.line(0, format!("{}:", part.name()));
    section.page.line(1, format!("source: {}", part.name()));
    let key = key(section);
    section.clean();
    section.missing();
    scope(section);
    products(section);
    section.page.line(1, "find_possible_duplicates: true");
    section.page.line(1, "tags: [migrated]");
    section.page.line(1, "fields:");
    if let Some(key) = key {
        section.field_of(&[&key], &Line::to("collected_data.customer_ref"));
    }
    if part == Part::Individuals {
        person(section);
        home(section);
        section.field(
            M::Email,
            &Line::to("collected_data.contact_details.email")
                .step("email")
                .on_error("warn invalid_email"),
        );
        section.field(
            M::Phone,
            &Line::to("collected_data.contact_details.phone_number"),
        );
    } else {
        companies::write(section);
    }
    custom(section);
    section.unused();
}

/// Writes the column of the client's reference, and gives it.
fn key<'t>(section: &mut Section<'_, 't>) -> Option<Used<'t>> {
    let file = section.file;
    let key = if let Some(used) = file.one(M::Reference) {
        section.doubts(1, &[used]);
        if !used.column.is_key {
            section
                .page
                .check(1, "its values are not one of its own for each row");
        }
        used.column
    } else {
        section
            .page
            .check(1, "no column was found that is the client's reference");
        file.table.columns.first()?
    };
    section.page.line(1, format!("key: {}", yaml(&key.name)));
    Some(Used {
        meaning: M::Reference,
        column: key,
        doubt: None,
    })
}

fn scope(section: &mut Section<'_, '_>) {
    let file = section.file;
    let Some(status) = file.one(M::Status) else {
        return;
    };
    section.doubts(1, &[status]);
    section.take(&[status]);
    let values = &status.column.values;
    let closed: Vec<(&str, &str)> = values
        .iter()
        .filter_map(|(code, _)| Some((code.as_str(), codes::meaning(code, codes::CLOSED)?)))
        .collect();
    let all: Vec<String> = values
        .iter()
        .map(|(code, count)| format!("{} ({count})", yaml(code)))
        .collect();
    let name = yaml(&status.column.name);
    let all = all.join(", ");
    if closed.is_empty() {
        let none = format!("{name} has {all}, and nothing that says that a client has left.");
        section.page.comment(1, none);
        return;
    }
    let why = format!("{name} has {all}: who of them is a client no more?");
    section.page.check(1, why);
    let told = "Scope `active` leaves these out; scope `all` takes them along.";
    section.page.comment(1, told);
    section.page.line(1, "scope:");
    section.page.line(2, format!("column: {name}"));
    section
        .page
        .line(2, format!("leave_out: {}", pairs(closed.into_iter())));
}

fn products(section: &mut Section<'_, '_>) {
    let file = section.file;
    let product = file
        .one(M::Product)
        .filter(|used| !used.column.values.is_empty());
    let Some(product) = product else {
        section.page.check(1, NO_PRODUCT);
        section.page.line(1, "products: {always: product}");
        return;
    };
    section.doubts(1, &[product]);
    section.take(&[product]);
    section.page.check(
        1,
        "write behind each code the alias of the product in your policy",
    );
    section.page.line(1, "products:");
    section
        .page
        .line(2, format!("from: {}", yaml(&product.column.name)));
    let aliases: Vec<(&str, String)> = product
        .column
        .values
        .iter()
        .map(|(code, _)| (code.as_str(), alias(code)))
        .collect();
    let aliases = pairs(aliases.iter().map(|(code, alias)| (*code, alias.as_str())));
    section.page.line(2, format!("aliases: {aliases}"));
    section
        .page
        .line(2, "on_error: reject unknown_code:product");
}

/// A code as aliases are written: `Giro Plus` is `giro_plus`.
fn alias(code: &str) -> String {
    let alias = wire::fold::words(code).join("_");
    let letters = alias
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric() || *sign == '_');
    let alias: String = letters.collect();
    if alias.is_empty() {
        "product".to_owned()
    } else {
        alias
    }
}

/// A person's own fields: of a client, and of an associate who is named in the row.
pub(super) fn person(section: &mut Section<'_, '_>) {
    let file = section.file;
    section.field(
        M::Title,
        &Line::to("collected_data.personal_details.name.title"),
    );
    names(section);
    if let Some(born) = file.one(M::BirthDate) {
        let step = section.date_step(born.column, Some("future_date:dob"));
        let line = Line::to("collected_data.personal_details.dob").required("missing_required:dob");
        section.field_of(
            &[born],
            &line.on_error("reject invalid_date:dob").step(step),
        );
    } else {
        section
            .page
            .check(2, "no column was found that holds the date of birth");
    }
    if let Some(nationality) = file.one(M::Nationality) {
        let line = Line::to("collected_data.personal_details.nationality");
        let line = line.on_error("warn unknown_country:nationality");
        section.country(nationality, "nationality", line);
    }
    gender(section);
}

/// Given names and family name, from columns of their own or from one.
fn names(section: &mut Section<'_, '_>) {
    let file = section.file;
    let given: Vec<_> = file
        .all(M::GivenNames)
        .chain(file.all(M::MiddleNames))
        .collect();
    let given_line = Line::to(GIVEN_NAMES).watched();
    let family_line = Line::to(FAMILY_NAME)
        .required("missing_required:family_name")
        .watched();
    let full = file.one(M::FullName);
    // `Name` beside `Vorname` is the family name.
    let family = file
        .one(M::FamilyName)
        .or(full.filter(|_| !given.is_empty()));
    match (family, full) {
        (Some(family), _) => {
            if !given.is_empty() {
                let line = if given.len() > 1 {
                    given_line.step("{join: \" \"}")
                } else {
                    given_line
                };
                section.field_of(&given, &line.step("split_words"));
            }
            section.field_of(&[family], &family_line);
        }
        (None, Some(full)) => {
            let order = order(section, full.column);
            let given_line = given_line.on_error("leave_out");
            let step = format!("{{given_names: \"{order}\"}}");
            section.field_of(&[full], &given_line.step(step));
            let family_line = family_line.on_error("reject invalid_value:name");
            let step = format!("{{family_name: \"{order}\"}}");
            section.field_of(&[full], &family_line.step(step));
        }
        (None, None) => {
            let why = "no column was found that holds the family name";
            section.page.check(2, why);
        }
    }
}

fn gender(section: &mut Section<'_, '_>) {
    let file = section.file;
    if let Some(gender) = file.one(M::Gender) {
        let values = &gender.column.values;
        let is = |code: &str, known: &[&str]| known.contains(&code.to_lowercase().as_str());
        let has = |known: &[&str]| values.iter().any(|(code, _)| is(code, known));
        let with_h = has(&["h"]);
        if has(&codes::UNCERTAIN_GENDERS) || (with_h && has(&["m"])) {
            section
                .page
                .check(2, "which of these codes are men and which women?");
        }
        let known = if with_h {
            codes::GENDERS_WITH_H
        } else {
            codes::GENDERS
        };
        let left = values
            .iter()
            .filter(|(code, _)| codes::meaning(code, known) == Some(codes::LEFT_OUT));
        let left: Vec<String> = left
            .map(|(code, count)| format!("{} ({count})", yaml(code)))
            .collect();
        if !left.is_empty() {
            let (name, left) = (yaml(&gender.column.name), left.join(", "));
            let why = format!("{name}: {left} is taken for not known, and left out");
            section.page.check(2, why);
        }
        let step = section.lookup(gender.column, known, ", others: leave_out");
        section.field_of(
            &[gender],
            &Line::to("collected_data.personal_details.gender").step(step),
        );
    }
}

/// In which order the names in a column are written.
fn order(section: &mut Section<'_, '_>, column: &Column) -> &'static str {
    let with_comma = column
        .values
        .iter()
        .filter(|(name, _)| name.contains(','))
        .count();
    if with_comma * 2 > column.values.len() {
        return "last, first";
    }
    let name = yaml(&column.name);
    section.page.check(
        2,
        format!("{name} is taken for `first last`; or is it `last first`?"),
    );
    "first last"
}

/// A person's address.
fn home(section: &mut Section<'_, '_>) {
    let to = [
        "collected_data.address_history[0].address.country",
        "collected_data.address_history[0].address.address_lines",
        "collected_data.address_history[0].address.locality",
        "collected_data.address_history[0].address.county",
        "collected_data.address_history[0].address.postal_code",
    ];
    section.constant(
        "collected_data.address_history[0].address.type",
        "STRUCTURED",
    );
    if !home_country(section) {
        section.page.check(
            2,
            "no column was found that holds the country of residence, which every \
            policy asks for; if all live in one country, say which:",
        );
        section
            .page
            .comment(2, format!("- {{to: \"{}\", constant: DEU}}", to[0]));
    }
    address(section, [to[1], to[2], to[3], to[4]]);
}

/// A person's country of residence: whether there is a column for it.
pub(super) fn home_country(section: &mut Section<'_, '_>) -> bool {
    let file = section.file;
    let Some(country) = file.one(M::Country) else {
        return false;
    };
    let line = Line::to("collected_data.address_history[0].address.country")
        .required("missing_required:country")
        .on_error("reject unknown_country");
    section.country(country, "country", line);
    true
}

/// Lines, town, county and postcode.
pub(super) fn address(
    section: &mut Section<'_, '_>,
    [lines, town, county, postcode]: [&'static str; 4],
) {
    let file = section.file;
    let streets: Vec<_> = file.all(M::AddressLine).collect();
    let number = file.one(M::HouseNumber);
    match (&streets[..], number) {
        ([], _) => {}
        ([street], Some(number))
            if is_plain(&street.column.name) && is_plain(&number.column.name) =>
        {
            let template = format!("{{{}}}[ {{{}}}]", street.column.name, number.column.name);
            let line = Line::to(lines).step("list");
            section.template(&[street, number], &template, &line);
        }
        ([street], None) => section.field_of(&[street], &Line::to(lines).step("list")),
        (streets, number) => {
            let all: Vec<_> = streets.iter().copied().chain(number).collect();
            section.field_of(&all, &Line::to(lines));
        }
    }
    section.field(M::Town, &Line::to(town));
    section.field(M::County, &Line::to(county));
    section.field(M::Postcode, &Line::to(postcode));
}

/// Whether a column's name means nothing else in a template.
fn is_plain(name: &str) -> bool {
    !name.contains(['{', '}', '[', ']'])
}

/// What has no field of its own in the API.
fn custom(section: &mut Section<'_, '_>) {
    let file = section.file;
    let meanings = [
        M::TradingName,
        M::Occupation,
        M::SourceOfFunds,
        M::OpenedOn,
        M::ReviewedOn,
        M::ReviewOutcome,
        M::Risk,
    ];
    if !meanings.iter().any(|meaning| file.one(*meaning).is_some()) {
        return;
    }
    section.page.check(
        2,
        "the policy must have these custom fields, or take them out here",
    );
    section.field(
        M::TradingName,
        &Line::to("collected_data.custom_fields.trading_name"),
    );
    let text = |to| Line::to(to).step("{formula_like: formula_like_text}");
    section.field(
        M::Occupation,
        &text("collected_data.custom_fields.occupation"),
    );
    section.field(
        M::SourceOfFunds,
        &text("collected_data.custom_fields.source_of_funds"),
    );
    let line = Line::to("collected_data.custom_fields.customer_since");
    section.date(
        M::OpenedOn,
        line.on_error("warn invalid_date:customer_since"),
    );
    let line = Line::to("collected_data.custom_fields.last_review_on");
    section.date(
        M::ReviewedOn,
        line.on_error("warn invalid_date:last_review_on"),
    );
    judgements(section);
}

/// What the old system thought of a client.
fn judgements(section: &mut Section<'_, '_>) {
    let file = section.file;
    let lookups = [
        (
            M::ReviewOutcome,
            codes::OUTCOMES,
            "collected_data.custom_fields.last_review_outcome",
            "warn unknown_code:review_outcome",
        ),
        (
            M::Risk,
            codes::RISKS,
            "collected_data.custom_fields.legacy_risk_rating",
            "warn unknown_code:risk_rating",
        ),
    ];
    for (meaning, known, to, on_error) in lookups {
        let Some(used) = file.one(meaning) else {
            continue;
        };
        if matches!(used.column.kind, Kind::Digits { .. } | Kind::Decimal) {
            section.field_of(&[used], &Line::to(to));
            continue;
        }
        let step = section.lookup(used.column, known, "");
        section.field_of(&[used], &Line::to(to).on_error(on_error).step(step));
    }
}
