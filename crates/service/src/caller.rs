//! Who acts, and for which account.

use serde::{Deserialize, Serialize};

use crate::idempotency::Idempotency;

/// Which of an institution's two worlds an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Built-in providers only; nothing leaves the machine.
    Demo,
    /// The real one.
    Live,
}

impl Environment {
    /// The word in storage and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Environment::Demo => "demo",
            Environment::Live => "live",
        }
    }

    /// The environment with this name.
    pub fn named(name: &str) -> Option<Environment> {
        [Environment::Demo, Environment::Live]
            .into_iter()
            .find(|one| one.name() == name)
    }
}

/// Who made a change; part of every change from the first day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// An API key.
    Key {
        /// Its id, hexadecimal.
        id: String,
        /// Its name.
        name: String,
    },
    /// A user of the portal.
    User {
        /// Their id, hexadecimal.
        id: String,
        /// Their name.
        name: String,
        /// Their e-mail address.
        email: String,
    },
    /// The smart policy.
    Policy,
    /// A data provider.
    Provider {
        /// Its name.
        name: String,
    },
    /// Time.
    Clock,
    /// The operator of the installation.
    Support,
}

impl Actor {
    /// The decider that the core records.
    pub(crate) fn decider(&self) -> domain::Decider {
        match self {
            Actor::User { id, name, email } => domain::Decider::User {
                id: u128::from_str_radix(id, 16).unwrap_or_default(),
                name: name.clone(),
                email: email.clone(),
            },
            Actor::Key { name, .. } => domain::Decider::Key { name: name.clone() },
            Actor::Support => domain::Decider::Key {
                name: "Support".to_owned(),
            },
            Actor::Policy | Actor::Provider { .. } | Actor::Clock => domain::Decider::Policy,
        }
    }
}

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account it works in.
    pub account: i64,
    /// The institution the account belongs to.
    pub institution: u128,
    /// Demo or live.
    pub environment: Environment,
    /// Id of the API key; 0 for the platform itself.
    pub key: u128,
    /// Whether it may administer the account.
    pub is_admin: bool,
    /// Who acts.
    pub actor: Actor,
    /// The window that the request says it belongs to: it adds no customer when that is closed.
    pub window: Option<u128>,
    /// The idempotency key of the request, if it sent one.
    pub idempotency: Option<Idempotency>,
}

impl Caller {
    /// The platform itself, at work in an account.
    pub fn platform(account: &store::accounts::AccountRow, actor: Actor) -> Caller {
        Caller {
            account: account.account,
            institution: account.institution,
            environment: Environment::named(&account.environment).unwrap_or(Environment::Live),
            key: 0,
            is_admin: false,
            actor,
            window: None,
            idempotency: None,
        }
    }
}
