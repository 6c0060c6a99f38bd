//! Checks of companies: registers, owners, officers, filings.

use serde_json::{Value, json};
use wire::collected;
use wire::resource::Error;
use wire::value::{CheckResult, CheckType};

use super::input::Input;
use super::keywords::Keywords;
use super::{PROVIDER_NAME, invent};
use crate::{CheckAnswer, CheckRequest};

pub(super) fn answer(
    request: &CheckRequest,
    keywords: &Keywords,
) -> Result<CheckAnswer, Vec<Error>> {
    Input::needed(request).finish()?;
    let result = keywords.result(request.check_type.results(), CheckResult::Pass);
    let output = if result == CheckResult::Fail {
        json!({ "entity_type": "COMPANY" })
    } else {
        found(request, keywords, result)
    };
    Ok(CheckAnswer::with_result(
        request,
        PROVIDER_NAME,
        result,
        output,
    ))
}

/// What the register has of the company: people only when the name asks for them, so that nobody
/// is invented beside the real officers and owners of a book that is tried out. One that is not active calls for a second look.
fn found(request: &CheckRequest, keywords: &Keywords, result: CheckResult) -> Value {
    let company = Company::of(&request.input);
    let metadata = company.metadata(result == CheckResult::Pass);
    let mut output = json!({ "entity_type": "COMPANY", "metadata": metadata });
    let kind = request.check_type;
    if keywords.has("OWNERS")
        && matches!(kind, CheckType::CompanyOwnership | CheckType::CompanyData)
    {
        output["ownership_structure"] = company.owners();
    }
    let officers = keywords.has("OFFICERS");
    if officers && matches!(kind, CheckType::CompanyRegistry | CheckType::CompanyData) {
        output["officers"] = company.officers();
    }
    match kind {
        CheckType::CompanyCharitiesRegistry => {
            if officers {
                output["officers"] = json!({ "trustees": [company.officer("trustee", 1)] });
            }
            output["charity_data"] = charity();
        }
        CheckType::CompanyFilings | CheckType::CompanyFilingPurchase => {
            output["filings"] = company.filings();
        }
        _ => {}
    }
    output
}

/// A company to make things up about.
struct Company<'a> {
    given: &'a Value,
    /// What everything made up depends on.
    seed: String,
}

impl Company<'_> {
    fn of(data: &Value) -> Company<'_> {
        let given = &data["metadata"];
        let number = given["number"].as_str().unwrap_or_default();
        let seed = format!(
            "{}/{number}",
            wire::fold::text(&collected::display_name(data))
        );
        Company { given, seed }
    }

    /// The details of the profile, as if the register said the same, and a few more.
    fn metadata(&self, is_active: bool) -> Value {
        let year = 1985 + invent::below(&self.seed, 35);
        let invented = invent::below(&self.seed, 100_000_000);
        let mut metadata = json!({
            "name": format!("Demo company {invented:08}"),
            "number": format!("{invented:08}"),
            "incorporation_date": format!("{year}-06-01"),
            "company_type": "Private limited company",
            "structured_company_type": {
                "is_public": false, "is_limited": true, "ownership_type": "COMPANY",
            },
            "registry": "Demo register",
            "sic_codes": [{ "code": "62020", "description": "Information technology consultancy" }],
        });
        for (name, value) in self.given.as_object().into_iter().flatten() {
            metadata[name] = value.clone();
        }
        metadata["is_active"] = json!(is_active);
        metadata
    }

    /// Two shareholders who hold all shares, each at least a quarter.
    fn owners(&self) -> Value {
        let first = 50 + invent::below(&self.seed, 26);
        json!({
            "shareholders": [self.shareholder(1, first), self.shareholder(2, 100 - first)],
            "share_classes": [{ "name": "Ordinary", "currency": "GBP", "value": 1, "votes": 1 }],
        })
    }

    fn shareholder(&self, place: u32, percentage: u32) -> Value {
        let mut holder = self.associate("shareholder", place);
        holder["total_percentage"] = json!(percentage);
        holder["shareholdings"] = json!([{
            "provider_name": PROVIDER_NAME,
            "share_class": "Ordinary",
            "amount": percentage,
            "percentage": percentage,
            "currency": "GBP",
        }]);
        holder
    }

    fn officers(&self) -> Value {
        json!({
            "directors": [self.officer("director", 1), self.officer("director", 2)],
            "secretaries": [self.officer("secretary", 1)],
        })
    }

    fn officer(&self, role: &str, place: u32) -> Value {
        let mut officer = self.associate(role, place);
        officer["original_role"] = json!(role);
        officer["appointed_on"] = json!("2020-01-31");
        officer
    }

    fn associate(&self, role: &str, place: u32) -> Value {
        let seed = format!("{}/{role}/{place}", self.seed);
        json!({
            "resolver_id": invent::id(&seed),
            "entity_type": "INDIVIDUAL",
            "provider_name": PROVIDER_NAME,
            "immediate_data": invent::person(&seed, &self.given["country_of_incorporation"]),
        })
    }

    fn filings(&self) -> Value {
        let filing = |kind: &str, date: &str| {
            json!({
                "type": kind,
                "source_id": format!("demo-{:x}", invent::number(&format!("{}/{kind}", self.seed))),
                "date_of_filing": date,
                "description": "made up by the demo provider",
                "source": "Demo register",
                "price": 0,
            })
        };
        json!([
            filing("INCORPORATION", "2020-01-31"),
            filing("COMPANY_ACCOUNTS", "2024-09-30")
        ])
    }
}

fn charity() -> Value {
    json!({
        "activities": ["Education"],
        "beneficiaries": ["The general public"],
        "purposes": ["The advancement of education"],
        "number_of_volunteers": 12,
        "registration_date": "2001-04-01",
    })
}
