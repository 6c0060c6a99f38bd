//! The decision alone: no database, no JSON, one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::{Command, Moment, Profile, ProfileId};
use jiff::tz::TimeZone;

use crate::{Trouble, person, server};

/// Profiles that are settled.
const PROFILES: u32 = 20_000;
/// How often a model is scored.
const SCORES: u32 = 200_000;
/// Factors of the model that is scored.
const FACTORS: usize = 15;

/// Ids without randomness.
struct Counting(u128);

impl domain::Ids for Counting {
    fn fresh(&mut self) -> u128 {
        self.0 += 1;
        self.0
    }
}

/// The table of the core.
pub(crate) fn measure() -> Result<String, Trouble> {
    let published = config::compile("policy", config::DEMO, 1, None);
    let published = published.map_err(|problems| format!("the policy has mistakes: {problems}"))?;
    let zone = TimeZone::get("Europe/London")?;
    let mut ids = Counting(0);
    let now = server::now();
    let profiles = (0..PROFILES).map(|number| fresh(&published, &zone, &mut ids, number));
    let mut profiles = profiles.collect::<Result<Vec<Profile>, Trouble>>()?;
    let mut settle = |profiles: &mut Vec<Profile>| {
        let begun = Instant::now();
        let mut changes = 0;
        for profile in profiles {
            let mut moment = Moment {
                now,
                zone: &zone,
                ids: &mut ids,
                switched_off: &domain::NOTHING_SWITCHED_OFF,
            };
            changes += domain::settle(&published.config, profile, &mut moment).len();
        }
        (begun.elapsed(), changes)
    };
    let (first, changes) = settle(&mut profiles);
    let (again, nothing) = settle(&mut profiles);
    if nothing != 0 || changes == 0 {
        return Err("settling twice must change nothing the second time".into());
    }
    let profile = profiles.first().ok_or("no profile was made")?;
    let score = score(&published, profile)?;
    Ok(format!(
        "| The core alone, one thread | ns |\n| --- | ---: |\n\
         | settle of a new profile ({} changes) | {} |\n\
         | settle that changes nothing | {} |\n\
         | score of {FACTORS} factors | {} |\n",
        changes / usize::try_from(PROFILES)?,
        nanoseconds(first, PROFILES),
        nanoseconds(again, PROFILES),
        nanoseconds(score, SCORES),
    ))
}

/// A person with an application that nobody has looked at yet.
fn fresh(
    published: &config::Published,
    zone: &TimeZone,
    ids: &mut Counting,
    number: u32,
) -> Result<Profile, Trouble> {
    let now = server::now();
    let mut profile = Profile::new(
        ProfileId(u128::from(number)),
        domain::Entity::Individual,
        false,
        now,
    );
    profile.config_version = published.config.version;
    let data = person::data(number);
    let facts = wire::facts::read(profile.entity, &data, &published.custom_kinds());
    let product = published
        .config
        .products
        .values()
        .find(|product| product.alias == "current_account");
    let product = product.ok_or("the policy has no current_account")?.id;
    let (collected, linked, unlinked) = (facts.collected, facts.linked, facts.unlinked);
    for command in [
        Command::ReplaceCollected {
            collected,
            linked,
            unlinked,
        },
        Command::Apply {
            product,
            role: None,
            by: domain::Decider::Policy,
        },
    ] {
        let mut moment = Moment {
            now,
            zone,
            ids,
            switched_off: &domain::NOTHING_SWITCHED_OFF,
        };
        let done = domain::execute(&published.config, &mut profile, command, &mut moment);
        done.map_err(|refusal| format!("the core refused: {refusal:?}"))?;
    }
    Ok(profile)
}

fn score(published: &config::Published, profile: &Profile) -> Result<Duration, Trouble> {
    let models = published.config.models.values();
    let model = models.max_by_key(|model| (model.alias == "individual_risk", model.factors.len()));
    let mut model = model.ok_or("the policy has no risk model")?.clone();
    model.factors = model
        .factors
        .iter()
        .cycle()
        .take(FACTORS)
        .cloned()
        .collect();
    let today = server::now().to_zoned(TimeZone::UTC).date();
    let begun = Instant::now();
    for _ in 0..SCORES {
        black_box(domain::score(black_box(&model), black_box(profile), today));
    }
    Ok(begun.elapsed())
}

fn nanoseconds(time: Duration, count: u32) -> u128 {
    time.as_nanos() / u128::from(count)
}
