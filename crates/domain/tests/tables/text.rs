//! The small languages of the tables: facts, conditions, risk models, policies and task variants.

use std::collections::BTreeSet;

use domain::*;

/// `country=GBR,IRN; dob=2008-03; amount=5`; a key without a value is an empty list.
pub(crate) fn facts(text: &str) -> Collected {
    let mut collected = Collected::default();
    for (key, values) in text.split(';').filter_map(|one| one.trim().split_once('=')) {
        let values: Vec<Value> = values
            .split(',')
            .filter(|one| !one.is_empty())
            .map(|one| value(key, one))
            .collect();
        match property(key) {
            Property::Declared(key) => collected.declared.insert(key, values),
            Property::Custom(name) => collected.custom.insert(name, values),
            other => panic!("no fact: {other:?}"),
        };
    }
    collected
}

fn value(key: &str, text: &str) -> Value {
    match key {
        "dob" | "founded" => Value::Date(PartialDate::parse(text).expect("a date")),
        "amount" => Value::Number(number(text)),
        "public" => Value::Flag(text == "true"),
        _ => Value::Text(text.to_owned()),
    }
}

pub(crate) fn number(text: &str) -> Decimal {
    text.parse().unwrap_or_else(|_| panic!("a number: {text}"))
}

/// `country`, `check 1` (its decision), `result 1`, `matches pep open` …
pub(crate) fn property(text: &str) -> Property {
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["country"] => Property::Declared("address.country"),
        ["founded"] => Property::Declared("incorporation_date"),
        ["public"] => Property::Declared("is_public"),
        ["level"] => Property::Declared("risk.level"),
        ["score"] => Property::Declared("risk.score"),
        ["role"] => Property::Declared("associate.role"),
        ["status"] => Property::Declared("profile.status"),
        ["open"] => Property::Declared("applications.open"),
        ["amount"] => Property::Custom("amount".to_owned()),
        ["check", id] => Property::CheckDecision(CheckVariantId(id.parse().expect("an id"))),
        ["result", id] => Property::CheckResult(CheckVariantId(id.parse().expect("an id"))),
        ["matches", kind, state] => {
            let kind = match kind {
                "pep" => Some(EventKind::Pep),
                "sanction" => Some(EventKind::Sanction),
                _ => None,
            };
            let state = match state {
                "open" => Resolved::Potential,
                "confirmed" => Resolved::Confirmed,
                "dismissed" => Resolved::Dismissed,
                _ => Resolved::Any,
            };
            Property::Events(kind, state)
        }
        [key] => Property::Declared(
            declared(key)
                .unwrap_or_else(|| panic!("a property: {key}"))
                .key,
        ),
        _ => panic!("a property: {text}"),
    }
}

/// `not(any(country in GBR|FRA, age < 18))`, `2 of(…)`; a test is `property [all|current] operator`.
pub(crate) fn condition(text: &str) -> Condition {
    let text = text.trim();
    if let Some((head, rest)) = text.split_once('(') {
        let parts: Vec<Condition> = split(rest.strip_suffix(')').expect("a closing bracket"))
            .into_iter()
            .map(condition)
            .collect();
        return match head {
            "all" => Condition::All(parts),
            "any" => Condition::Any(parts),
            "not" => Condition::Not(Box::new(parts[0].clone())),
            _ => Condition::AtLeast(
                head.strip_suffix(" of")
                    .expect("a count")
                    .parse()
                    .expect("a count"),
                parts,
            ),
        };
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let known = |word: &&&str| OPERATORS.contains(*word);
    let at = words
        .iter()
        .position(|word| known(&word))
        .unwrap_or_else(|| panic!("an operator in {text}"));
    let (named, quantifier) = match words[at - 1] {
        "all" => (&words[..at - 1], Quantifier::All),
        "current" => (&words[..at - 1], Quantifier::Current),
        _ => (&words[..at], Quantifier::Any),
    };
    let property = property(&named.join(" "));
    let argument = words.get(at + 1).copied().unwrap_or_default();
    Condition::Test(Test {
        operator: operator(&property, words[at], argument),
        property,
        quantifier,
    })
}

const OPERATORS: [&str; 16] = [
    "in",
    "in/i",
    "not-in",
    "not-in/i",
    "=",
    "contains",
    "contains/i",
    "starts",
    "starts/i",
    "<",
    "<=",
    ">",
    ">=",
    "from",
    "present",
    "count",
];

fn operator(property: &Property, word: &str, argument: &str) -> Operator {
    let set = || {
        argument
            .split('|')
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    let end = |included| {
        Some(Bound {
            value: number(argument),
            included,
        })
    };
    let range = |min, max| Operator::Number(Range { min, max });
    match word {
        "in" => Operator::OneOf(set(), Case::Sensitive),
        "in/i" => Operator::OneOf(set(), Case::Insensitive),
        "not-in" => Operator::NotOneOf(set(), Case::Sensitive),
        "not-in/i" => Operator::NotOneOf(set(), Case::Insensitive),
        "=" if *property == Property::Declared("age") => {
            Operator::Equals(Value::Number(number(argument)))
        }
        "=" => Operator::Equals(value(&text_key(property), argument)),
        "contains" => Operator::Contains(argument.to_owned(), Case::Sensitive),
        "contains/i" => Operator::Contains(argument.to_owned(), Case::Insensitive),
        "starts" => Operator::StartsWith(argument.to_owned(), Case::Sensitive),
        "starts/i" => Operator::StartsWith(argument.to_owned(), Case::Insensitive),
        "<" => range(None, end(false)),
        "<=" => range(None, end(true)),
        ">" => range(end(false), None),
        ">=" => range(end(true), None),
        "present" => Operator::IsPresent,
        "count" => Operator::Count(Range {
            min: end(true),
            max: end(true),
        }),
        _ => {
            let (from, to) = argument.split_once("..").expect("a range of dates");
            let end = |text: &str| {
                (!text.is_empty()).then(|| Bound {
                    value: text.parse().expect("a day"),
                    included: true,
                })
            };
            Operator::Date(Range {
                min: end(from),
                max: end(to),
            })
        }
    }
}

fn text_key(property: &Property) -> String {
    match property {
        Property::Custom(name) => name.clone(),
        Property::Declared("incorporation_date") => "founded".to_owned(),
        Property::Declared("is_public") => "public".to_owned(),
        other => other.key(),
    }
}

/// Splits at the commas that stand in no bracket.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0;
    let separator = |one: char| {
        depth += i32::from(one == '(') - i32::from(one == ')');
        one == ',' && depth == 0
    };
    text.split(separator)
        .filter(|one| !one.trim().is_empty())
        .collect()
}

/// Lines of `factor age required over director group 1: < 25 = 20, < 18 = 50` and
/// `group highest`; levels are low, medium from 50, high from 100.
pub(crate) fn model(text: &str) -> RiskModel {
    let mut model = RiskModel {
        id: RiskModelId(1),
        alias: "model".to_owned(),
        name: "Model".to_owned(),
        factors: Vec::new(),
        groups: Vec::new(),
        levels: ["low", "medium", "high"]
            .into_iter()
            .zip([None, Some(50), Some(100)])
            .map(level)
            .collect(),
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(combine) = line.strip_prefix("group ") {
            let combine = match combine {
                "highest" => Combine::Highest,
                "lowest" => Combine::Lowest,
                "mean" => Combine::Mean,
                _ => Combine::Sum,
            };
            model.groups.push(Group {
                alias: format!("g{}", model.groups.len()),
                label: String::new(),
                combine,
            });
        } else {
            model.factors.push(factor(line));
        }
    }
    model
}

fn level((alias, from): (&str, Option<i64>)) -> Level {
    let category = match alias {
        "low" => RiskCategory::Low,
        "medium" => RiskCategory::Medium,
        _ => RiskCategory::High,
    };
    Level {
        alias: alias.into(),
        label: alias.into(),
        category,
        from: from.map(Decimal::from),
    }
}

fn factor(line: &str) -> Factor {
    let (head, rules) = line.split_once(':').expect("a colon");
    let head = head.strip_prefix("factor ").expect("factor");
    let words: Vec<&str> = head.split(' ').collect();
    let after = |word: &str| {
        words
            .iter()
            .position(|one| *one == word)
            .map(|at| words[at + 1])
    };
    let end = words
        .iter()
        .position(|one| ["required", "over", "group"].contains(one))
        .unwrap_or(words.len());
    let name = words[..end].join(" ");
    let rule = |text: &str| {
        let (test, score) = text.rsplit_once('=').expect("a score");
        Rule {
            description: test.trim().into(),
            condition: condition(&format!("{name} {}", test.trim())),
            score: number(score.trim()),
        }
    };
    Factor {
        alias: name.as_str().into(),
        label: name.as_str().into(),
        property: property(&name),
        required: words.contains(&"required"),
        group: after("group").map(|one| one.parse().expect("a group")),
        over: after("over").map_or(Over::Profile, |one| Over::Associates(roles(one))),
        rules: rules
            .split(',')
            .filter(|one| !one.trim().is_empty())
            .map(rule)
            .collect(),
    }
}

/// `director+shareholder`; `anybody` names no role.
pub(crate) fn roles(text: &str) -> BTreeSet<AssociatedRole> {
    text.split('+')
        .filter(|one| *one != "anybody")
        .map(role)
        .collect()
}

pub(crate) fn role(text: &str) -> AssociatedRole {
    match text {
        "director" => AssociatedRole::Director,
        "shareholder" => AssociatedRole::Shareholder,
        "secretary" => AssociatedRole::CompanySecretary,
        "resigned" => AssociatedRole::ResignedOfficer,
        "authorized" => AssociatedRole::AuthorizedPerson,
        "owner" => AssociatedRole::BeneficialOwner,
        "partner" => AssociatedRole::Partner,
        "trustee" => AssociatedRole::Trustee,
        "other" => AssociatedRole::Other,
        _ => panic!("a role: {text}"),
    }
}
