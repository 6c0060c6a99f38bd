//! What the core makes of the demonstration's document.

use config::{DEMO, Published, compile};
use domain::{
    Application, ApplicationId, Config, Entity, Facts, Missing, PartialDate, PolicyOutcome,
    Product, Profile, ProfileId, Stop, Value, Why, score, walk,
};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 22);

fn demo() -> Published {
    compile("demo.yaml", DEMO, 1, None).unwrap_or_else(|all| panic!("{all}"))
}

fn product<'c>(config: &'c Config, alias: &str) -> &'c Product {
    let mut products = config.products.values();
    products
        .find(|product| product.alias == alias)
        .expect(alias)
}

/// A profile with facts written `key=value`; a value that is a date, a number or a flag is one.
fn profile(entity: Entity, facts: &str) -> Profile {
    let mut profile = Profile::new(ProfileId(1), entity, false, jiff::Timestamp::UNIX_EPOCH);
    let mut collected = domain::Collected::default();
    for fact in facts.split_whitespace() {
        let (key, value) = fact.split_once('=').expect(fact);
        let values = value.split(',').map(read).collect();
        if let Some(name) = key.strip_prefix("custom.") {
            collected.custom.insert(name.to_owned(), values);
        } else {
            let declared = domain::declared(key).expect(key);
            collected.declared.insert(declared.key, values);
        }
    }
    profile.collected = collected.into();
    profile
}

fn read(text: &str) -> Value {
    match (PartialDate::parse(text), text.parse()) {
        _ if text == "true" || text == "false" => Value::Flag(text == "true"),
        (Some(date), _) => Value::Date(date),
        (None, Ok(number)) => Value::Number(number),
        (None, Err(_)) => Value::Text(text.to_owned()),
    }
}

/// "level score: tasks: stop" of an application for a product.
fn applied(alias: &str, entity: Entity, facts: &str) -> String {
    let Published { config, .. } = demo();
    let product = product(&config, alias);
    let course = product.course(entity).expect(alias);
    let profile = profile(entity, facts);
    let mut application =
        Application::new(ApplicationId(1), product.id, jiff::Timestamp::UNIX_EPOCH);
    let model = course.risk.map(|risk| &config.models[&risk]);
    application.assessment = model.map(|model| score(model, &profile, TODAY));
    let risk = application
        .assessment
        .as_ref()
        .map_or_else(String::new, |risk| {
            let missing: Vec<String> = risk.missing().iter().map(waits_for).collect();
            match (&risk.level, risk.total) {
                (Some(level), Some(total)) => format!("{} {}", level.alias, total.normalize()),
                _ => format!("undetermined without {}", missing.join(", ")),
            }
        });
    let facts = Facts::of(&profile, Some(&application), TODAY);
    let walk = walk(&config.policies[&course.policy], &facts);
    let tasks: Vec<&str> = walk
        .tasks
        .iter()
        .map(|id| config.tasks[id].alias.as_str())
        .collect();
    let stop = match walk.stop {
        Stop::Outcome(PolicyOutcome::AutomaticApproval) => "approval".to_owned(),
        Stop::Outcome(PolicyOutcome::ManualReview) => "review".to_owned(),
        Stop::Outcome(PolicyOutcome::ImmediateRejection { reason }) => {
            format!("rejection, {reason}")
        }
        Stop::Waits(missing) => {
            let missing: Vec<String> = missing.iter().map(waits_for).collect();
            format!("waits for {}", missing.join(", "))
        }
    };
    format!("{risk}: {}: {stop}", tasks.join(" "))
}

fn waits_for(missing: &Missing) -> String {
    let why = match missing.why {
        Why::NotSupplied => "not supplied",
        Why::TooCoarse => "too coarse",
        Why::CheckPending | Why::CheckFailed => "check",
        Why::RiskUndetermined => "risk",
    };
    format!("{} ({why})", missing.property.key())
}

/// Product, facts, and where they lead.
const INDIVIDUALS: &[(&str, &str, &str)] = &[
    (
        "current_account",
        "dob=1980-01-01 address.country=GBR",
        "low 0: verify_identity verify_address screening: approval",
    ),
    (
        "current_account",
        "dob=2004-01-01 address.country=GBR custom.source_of_funds=Gambling",
        "medium 50: verify_identity verify_address screening: approval",
    ),
    (
        "current_account",
        "dob=1980-01-01 address.country=RUS nationality=RUS custom.expected_monthly_deposits=50000 channel=ONLINE",
        "high 100: verify_identity verify_address screening source_of_funds: review",
    ),
    (
        "current_account",
        "dob=1980-01-01 address.country=IRN",
        "medium 60: : rejection, We do not serve residents of this country",
    ),
    // Nobody knows the date of birth, or only so much that it cannot tell 17 from 18.
    (
        "current_account",
        "address.country=GBR",
        "undetermined without age (not supplied): verify_identity verify_address screening: waits for risk.level (risk)",
    ),
    (
        "current_account",
        "dob=2008 address.country=GBR",
        "undetermined without age (too coarse): verify_identity verify_address screening: waits for risk.level (risk)",
    ),
    (
        "current_account",
        "dob=1980-01-01",
        "undetermined without address.country (not supplied): : waits for address.country (not supplied)",
    ),
    (
        "savings_account",
        "dob=1980-01-01 address.country=GBR,IRL",
        "low 0: verify_identity screening: approval",
    ),
    (
        "savings_account",
        "dob=2010-01-01 address.country=GBR",
        "high 100: : rejection, Savings accounts are not open to customers of high risk",
    ),
    (
        "associate_screening",
        "nationality=FRA",
        "low 0: verify_identity screening: approval",
    ),
    (
        "associate_screening",
        "nationality=YEM address.country=YEM",
        "medium 90: verify_identity screening: approval",
    ),
];

#[test]
fn individuals_go_where_the_demo_says() {
    for (product, facts, expected) in INDIVIDUALS {
        assert_eq!(
            applied(product, Entity::Individual, facts),
            *expected,
            "{product} {facts}"
        );
    }
}

#[test]
fn companies_go_where_the_demo_says() {
    let all = "verify_company screen_company identify_officers identify_owners";
    let table = [
        ("current_account", "country_of_incorporation=GBR", format!("low 0: {all}: review")),
        ("current_account", "country_of_incorporation=PAN sic_code=92000 number_of_shareholders=12", format!("high 85: {all} review_company: review")),
        ("current_account", "country_of_incorporation=PRK", "medium 60: : rejection, We do not serve companies of this country".to_owned()),
        ("current_account", "company_name=Acme", "undetermined without country_of_incorporation (not supplied): : waits for country_of_incorporation (not supplied)".to_owned()),
        ("savings_account", "country_of_incorporation=GBR incorporation_date=2026-05-01", "low 20: verify_company screen_company identify_officers: approval".to_owned()),
        ("savings_account", "country_of_incorporation=GBR is_active=false", "high 80: : rejection, The company is not active".to_owned()),
        ("associate_screening", "company_name=Acme", ": verify_company screen_company: approval".to_owned()),
    ];
    for (product, facts, expected) in table {
        assert_eq!(
            applied(product, Entity::Company, facts),
            expected,
            "{product} {facts}"
        );
    }
}
