//! Typed values of the declared properties, with their absence.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    Application, Associate, AssociateCopy, CheckState, CopiedApplication, Decision, Entity, Event,
    PartialDate, Profile, Property, Resolution, Resolved,
};

/// One value of a property.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Text, a code or a country.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A number known only to lie between two bounds, both included.
    Between(Decimal, Decimal),
    /// A date, possibly partial.
    Date(PartialDate),
    /// True or false.
    Flag(bool),
}

impl Value {
    /// A whole number.
    pub fn count(count: usize) -> Value {
        Value::Number(Decimal::from(count))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Text(text) => write!(out, "{text}"),
            Value::Number(number) => write!(out, "{}", number.normalize()),
            Value::Between(low, high) => write!(out, "{}–{}", low.normalize(), high.normalize()),
            Value::Date(date) => write!(out, "{date}"),
            Value::Flag(flag) => write!(out, "{flag}"),
        }
    }
}

/// Facts read from collected data. An absent key is missing; an empty list is known to be empty.
///
/// For properties with several values the current one (the present address) comes last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Values of declared properties by key.
    pub declared: BTreeMap<&'static str, Vec<Value>>,
    /// Values of custom fields by developer name.
    pub custom: BTreeMap<String, Vec<Value>>,
}

/// Why a value is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Nobody has supplied it: data wanted from a person.
    NotSupplied,
    /// What was supplied cannot answer the rule (a year of birth against an age of 18): data wanted.
    TooCoarse,
    /// A check that would tell has not answered, or has not been run.
    CheckPending,
    /// A check that would tell ended in an error.
    CheckFailed,
    /// Risk has not been determined.
    RiskUndetermined,
}

/// A missing value: which, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The property without a value.
    pub property: Property,
    /// Why it has none.
    pub why: Why,
}

/// The values of a property, or why there are none.
pub type Finding<'a> = Result<Cow<'a, [Value]>, Why>;

fn single(value: Value) -> Cow<'static, [Value]> {
    Cow::Owned(vec![value])
}

/// Whose facts are looked at, for what.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    subject: Subject<'a>,
    today: Date,
}

#[derive(Clone, Copy)]
enum Subject<'a> {
    Profile(&'a Profile, Option<&'a Application>),
    Associate(&'a Associate, &'a AssociateCopy),
}

impl<'a> Facts<'a> {
    /// Facts of a profile, seen from one of its applications.
    pub fn of(profile: &'a Profile, application: Option<&'a Application>, today: Date) -> Self {
        Facts {
            subject: Subject::Profile(profile, application),
            today,
        }
    }

    /// Facts of an associate as the company knows them.
    pub fn of_associate(associate: &'a Associate, copy: &'a AssociateCopy, today: Date) -> Self {
        Facts {
            subject: Subject::Associate(associate, copy),
            today,
        }
    }

    /// The values of `property`, or why there are none.
    pub fn find(&self, property: &Property) -> Finding<'a> {
        match property {
            Property::Declared(key) => self.declared(key),
            Property::Custom(name) => self
                .collected()
                .custom
                .get(name)
                .map(|values| Cow::Borrowed(values.as_slice()))
                .ok_or(Why::NotSupplied),
            Property::CheckResult(variant) => self.check(
                |check| {
                    (check.variant == *variant)
                        .then(|| check.result.clone())
                        .flatten()
                },
                *variant,
            ),
            Property::CheckDecision(variant) => self.check(
                |check| {
                    (check.variant == *variant)
                        .then(|| check.decision.map(|decision| decision.name().to_owned()))
                        .flatten()
                },
                *variant,
            ),
            Property::Events(kind, resolved) => {
                let counted = |event: &&Event| {
                    kind.is_none_or(|kind| kind == event.kind)
                        && matches_resolved(*resolved, event.resolution)
                };
                Ok(single(Value::count(
                    self.events().iter().filter(counted).count(),
                )))
            }
        }
    }

    fn collected(&self) -> &'a Collected {
        match self.subject {
            Subject::Profile(profile, _) => &profile.collected,
            Subject::Associate(_, copy) => &copy.collected,
        }
    }

    fn events(&self) -> &'a [Event] {
        match self.subject {
            Subject::Profile(profile, _) => &profile.events,
            Subject::Associate(_, copy) => &copy.events,
        }
    }

    fn declared(&self, key: &'static str) -> Finding<'a> {
        let text = |text: &str| Ok(single(Value::Text(text.to_owned())));
        match key {
            "age" => self.years_since("dob"),
            "company_age" => self.years_since("incorporation_date"),
            "entity_type" => text(match self.entity() {
                Entity::Individual => "INDIVIDUAL",
                Entity::Company => "COMPANY",
            }),
            "associate.role" => Ok(Cow::Owned(self.roles())),
            "tag" => Ok(Cow::Owned(self.tags())),
            "profile.status" => text(self.status()),
            "applications.open" => Ok(single(Value::count(self.open_applications()))),
            "risk.level" => self.risk_level(),
            "risk.score" => self.risk_score(),
            _ => self
                .collected()
                .declared
                .get(key)
                .map(|values| Cow::Borrowed(values.as_slice()))
                .ok_or(Why::NotSupplied),
        }
    }

    fn years_since(&self, key: &'static str) -> Finding<'a> {
        let dates = self.collected().declared.get(key).ok_or(Why::NotSupplied)?;
        let Some(Value::Date(date)) = dates.last() else {
            return Err(Why::NotSupplied);
        };
        let (low, high) = date.age(self.today);
        let (lowest, highest) = (Decimal::from(low), Decimal::from(high));
        Ok(single(if low == high {
            Value::Number(lowest)
        } else {
            Value::Between(lowest, highest)
        }))
    }

    fn entity(&self) -> Entity {
        match self.subject {
            Subject::Profile(profile, _) => profile.entity,
            Subject::Associate(associate, _) => associate.entity,
        }
    }

    /// Roles never block: somebody without a role has none (`product.md` 3, "counts as None").
    fn roles(&self) -> Vec<Value> {
        let names: Vec<&str> = match self.subject {
            Subject::Profile(profile, _) => {
                profile.roles().map(crate::AssociatedRole::name).collect()
            }
            Subject::Associate(associate, _) => associate
                .current_roles()
                .map(crate::AssociatedRole::name)
                .collect(),
        };
        if names.is_empty() {
            return vec![Value::Text("NONE".to_owned())];
        }
        names
            .into_iter()
            .map(|name| Value::Text(name.to_owned()))
            .collect()
    }

    fn tags(&self) -> Vec<Value> {
        match self.subject {
            Subject::Profile(profile, _) => profile
                .tags
                .iter()
                .map(|tag| Value::Text(tag.name.clone()))
                .collect(),
            Subject::Associate(_, copy) => copy
                .tags
                .iter()
                .map(|name| Value::Text(name.clone()))
                .collect(),
        }
    }

    fn status(&self) -> &'static str {
        match self.subject {
            Subject::Profile(profile, _) => profile.status.name(),
            Subject::Associate(_, copy) => copy.status.name(),
        }
    }

    fn open_applications(&self) -> usize {
        match self.subject {
            Subject::Profile(profile, _) => profile
                .applications
                .iter()
                .filter(|application| application.is_open())
                .count(),
            Subject::Associate(_, copy) => copy
                .applications
                .iter()
                .filter(|application| application.status.is_open())
                .count(),
        }
    }

    fn risk_level(&self) -> Finding<'a> {
        match self.subject {
            Subject::Profile(_, application) => application
                .and_then(|application| application.assessment.as_ref())
                .and_then(|assessment| assessment.level.as_ref())
                .map(|level| single(Value::Text(level.alias.to_string())))
                .ok_or(Why::RiskUndetermined),
            Subject::Associate(_, copy) => {
                let levels = worst_levels(copy);
                if levels.is_empty() {
                    return Err(Why::RiskUndetermined);
                }
                Ok(Cow::Owned(levels))
            }
        }
    }

    fn risk_score(&self) -> Finding<'a> {
        match self.subject {
            Subject::Profile(_, application) => application
                .and_then(|application| application.assessment.as_ref())
                .and_then(|assessment| assessment.total)
                .map(|total| single(Value::Number(total)))
                .ok_or(Why::RiskUndetermined),
            Subject::Associate(_, copy) => telling(copy, |application| application.own_score)
                .into_iter()
                .max()
                .map(|score| single(Value::Number(score)))
                .ok_or(Why::RiskUndetermined),
        }
    }

    /// A value of the latest run of a variant. An associate's checks are not known to the company.
    fn check(
        &self,
        read: impl Fn(&crate::Check) -> Option<String>,
        variant: crate::CheckVariantId,
    ) -> Finding<'a> {
        let Subject::Profile(profile, _) = self.subject else {
            return Err(Why::CheckPending);
        };
        let latest = profile.latest_check(variant).ok_or(Why::CheckPending)?;
        match latest.state {
            CheckState::Pending | CheckState::Running => Err(Why::CheckPending),
            CheckState::Complete if latest.decision == Some(Decision::Error) => {
                Err(Why::CheckFailed)
            }
            CheckState::Complete => read(latest)
                .map(|text| single(Value::Text(text)))
                .ok_or(Why::CheckFailed),
        }
    }
}

/// What an associate's applications tell: those that are open; where none of them does, those that
/// ended, since having been turned down makes nobody less of a risk.
fn telling<'a, T>(
    copy: &'a AssociateCopy,
    read: impl Fn(&'a CopiedApplication) -> Option<T>,
) -> Vec<T> {
    let of = |open: bool| -> Vec<T> {
        let wanted = copy
            .applications
            .iter()
            .filter(|application| application.status.is_open() == open);
        wanted.filter_map(&read).collect()
    };
    let open = of(true);
    if open.is_empty() { of(false) } else { open }
}

/// The worst of an associate's levels, by the API's category: ranks of different models cannot be
/// compared, so levels of one category are all told, each once (within one model there is only one:
/// a model sees no application).
fn worst_levels(copy: &AssociateCopy) -> Vec<Value> {
    let levels = telling(copy, |application| application.level.as_ref());
    let worst = levels.iter().map(|level| level.category).max();
    let aliases: BTreeSet<&str> = levels
        .iter()
        .filter(|level| Some(level.category) == worst)
        .map(|level| &*level.alias)
        .collect();
    let text = |alias: &str| Value::Text(alias.to_owned());
    aliases.into_iter().map(text).collect()
}

fn matches_resolved(wanted: Resolved, resolution: Resolution) -> bool {
    match wanted {
        Resolved::Any => true,
        Resolved::Potential => resolution == Resolution::Unresolved,
        Resolved::Confirmed => resolution == Resolution::Match,
        Resolved::Dismissed => matches!(resolution, Resolution::Mismatch | Resolution::Ignore),
    }
}
