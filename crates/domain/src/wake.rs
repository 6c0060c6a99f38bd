//! Time: when a profile must be looked at although nothing happened.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::condition::asks_about;
use crate::settle::notice_at;
use crate::{
    Condition, Config, Course, Element, Factor, Profile, Property, Value, date_in, start_of,
};

/// The next instant after `now` at which [`settle`](crate::settle) could change something by itself:
/// a task's expiry or the notice before it, or a birthday that a rule looks at. `None`: never.
///
/// Call it on a settled profile. It is never in the past.
pub fn wake_at(
    config: &Config,
    profile: &Profile,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let open = || {
        profile
            .applications
            .iter()
            .filter(|application| application.is_open())
    };
    let required = |variant| open().any(|application| application.required.contains(&variant));
    let of_tasks = profile
        .tasks
        .iter()
        .filter(|task| !task.upcoming && task.is_passed() && required(task.variant))
        .flat_map(|task| [task.expires, notice_at(config, task, zone)])
        .flatten();
    let courses = open().filter_map(|application| {
        config
            .products
            .get(&application.product)?
            .course(profile.entity)
    });
    let courses: Vec<&Course> = courses.collect();
    let asked = |property: &Property| courses.iter().any(|course| asks(config, course, property));
    let of_ages = [("age", "dob"), ("company_age", "incorporation_date")]
        .into_iter()
        .filter(|(age, _)| asked(&Property::Declared(age)))
        .flat_map(|(_, date)| dates(profile, date))
        .map(|date| start_of(date.next_birthday(date_in(now, zone)), zone));
    of_tasks.chain(of_ages).filter(|at| *at > now).min()
}

fn dates<'a>(
    profile: &'a Profile,
    key: &'static str,
) -> impl Iterator<Item = crate::PartialDate> + 'a {
    let own = std::iter::once(&*profile.collected);
    let of_associates = profile
        .associates
        .iter()
        .filter_map(|associate| associate.copy.as_ref())
        .map(|copy| &copy.collected);
    own.chain(of_associates).filter_map(move |collected| {
        match collected.declared.get(key)?.last()? {
            Value::Date(date) => Some(*date),
            Value::Text(_) | Value::Number(_) | Value::Between(..) | Value::Flag(_) => None,
        }
    })
}

/// Whether a course's model or policy asks about a property, or shows it beside a factor: the input
/// shown is part of the assessment too.
fn asks(config: &Config, course: &Course, property: &Property) -> bool {
    let model = course.risk.and_then(|model| config.models.get(&model));
    let of_factor = |factor: &Factor| {
        factor.property == *property
            || factor
                .rules
                .iter()
                .any(|rule| asks_about(&rule.condition, property))
    };
    let policy = config.policies.get(&course.policy);
    let mut branches = policy
        .into_iter()
        .flat_map(|policy| &policy.elements)
        .filter_map(branch_condition);
    model.is_some_and(|model| model.factors.iter().any(of_factor))
        || branches.any(|condition| asks_about(condition, property))
}

fn branch_condition(element: &Element) -> Option<&Condition> {
    match element {
        Element::Branch { condition, .. } => Some(condition),
        Element::Tasks { .. } | Element::Outcome(_) => None,
    }
}
