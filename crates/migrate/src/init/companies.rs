//! The fields of companies.

use wire::country;

use super::clients;
use super::codes;
use super::fields::{Line, Section};
use super::page::yaml;
use super::words::Meaning as M;
use crate::inspect::Column;

/// Writes what a company has and a person has not.
pub(super) fn write(section: &mut Section<'_, '_>) {
    let file = section.file;
    let line = Line::to("collected_data.metadata.name").required("missing_required:name");
    section.field(M::LegalName, &line.watched());
    register(section);
    let line = Line::to("collected_data.metadata.incorporation_date");
    section.date(
        M::IncorporationDate,
        line.on_error("warn invalid_date:incorporation_date"),
    );
    section.field(
        M::Industry,
        &Line::to("collected_data.metadata.sic_codes[0].code"),
    );
    section.field(
        M::Website,
        &Line::to("collected_data.metadata.contact_details.url"),
    );
    section.field(
        M::Email,
        &Line::to("collected_data.metadata.contact_details.email")
            .step("email")
            .on_error("warn invalid_email"),
    );
    section.field(
        M::Phone,
        &Line::to("collected_data.metadata.contact_details.phone_number"),
    );
    if let Some(kind) = file.one(M::EntityKind) {
        let step = section.lookup(kind.column, codes::ENTITY_KINDS, "");
        let line = Line::to("collected_data.metadata.structured_company_type.ownership_type");
        section.field_of(
            &[kind],
            &line.on_error("warn unknown_code:entity_kind").step(step),
        );
    }
    registered_address(section);
}

/// Number and country of the company register.
fn register(section: &mut Section<'_, '_>) {
    let file = section.file;
    let incorporated = file
        .one(M::IncorporationCountry)
        .or_else(|| file.one(M::Country));
    let line = Line::to("collected_data.metadata.number").required("missing_required:number");
    let mut line = line.step("remove_space").step("upper");
    if let Some(country) = incorporated {
        line = padded(section, country.column, line);
    }
    if !section.field(M::RegisterNumber, &line) {
        section.page.check(
            2,
            "no column was found that holds the number in the company register",
        );
    }
    match incorporated {
        Some(country) => {
            if country.meaning == M::Country {
                section
                    .page
                    .check(2, "is it the country of incorporation too?");
            }
            let line = Line::to("collected_data.metadata.country_of_incorporation")
                .required("unknown_country")
                .on_error("reject unknown_country");
            section.country(country, "country", line);
        }
        None => section.page.check(
            2,
            "no column was found that holds the country of incorporation",
        ),
    }
}

/// With the step that gives a British number its zeros back, which spreadsheets eat: eight digits,
/// where the column names the country in a way that the step knows.
fn padded(section: &mut Section<'_, '_>, country: &Column, line: Line) -> Line {
    let is_british =
        |found: Option<&country::Country>| found.is_some_and(|it| it.alpha3 == BRITISH);
    let values = || country.values.iter().map(|(value, _)| value.as_str());
    let column = yaml(&country.name);
    if values().any(|value| is_british(country::find(value))) {
        return line.step(format!(
            "{{pad_digits: {{length: 8, when: {{column: {column}, country: {BRITISH}}}, \
             warn: number_padded}}}}"
        ));
    }
    let mut others = values().filter(|value| codes::country(value) == Some(BRITISH));
    if section.file.one(M::RegisterNumber).is_some()
        && let Some(value) = others.next()
    {
        let value = yaml(value);
        section.page.check(
            2,
            format!(
                "numbers of {value} in {column} may have lost zeros: the step pad_digits gives \
                 them back only where the column has a code or an English name"
            ),
        );
    }
    line
}

/// The country whose numbers have eight digits.
const BRITISH: &str = "GBR";

fn registered_address(section: &mut Section<'_, '_>) {
    let file = section.file;
    let has_any = [M::AddressLine, M::Town, M::Postcode]
        .iter()
        .any(|meaning| file.one(*meaning).is_some());
    if !has_any && file.one(M::Country).is_none() {
        return;
    }
    section.constant(
        "collected_data.metadata.addresses[0].type",
        "registered_address",
    );
    section.constant(
        "collected_data.metadata.addresses[0].address.type",
        "STRUCTURED",
    );
    if let Some(country) = file.one(M::Country) {
        let line = Line::to("collected_data.metadata.addresses[0].address.country")
            .on_error("warn unknown_country:registered_address");
        section.country(country, "country", line);
    }
    clients::address(
        section,
        [
            "collected_data.metadata.addresses[0].address.address_lines",
            "collected_data.metadata.addresses[0].address.locality",
            "collected_data.metadata.addresses[0].address.county",
            "collected_data.metadata.addresses[0].address.postal_code",
        ],
    );
}
