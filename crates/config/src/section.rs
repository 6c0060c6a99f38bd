//! The sections of the document.

/// A section of the document that defines things by alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Section {
    List,
    CustomField,
    Provider,
    Check,
    Task,
    Model,
    Policy,
    Product,
    Reason,
}

impl Section {
    pub(crate) const ALL: [Section; 9] = [
        Section::List,
        Section::CustomField,
        Section::Provider,
        Section::Check,
        Section::Task,
        Section::Model,
        Section::Policy,
        Section::Product,
        Section::Reason,
    ];

    /// The key of the section in the document.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Section::List => "lists",
            Section::CustomField => "custom_fields",
            Section::Provider => "providers",
            Section::Check => "checks",
            Section::Task => "tasks",
            Section::Model => "risk_models",
            Section::Policy => "policies",
            Section::Product => "products",
            Section::Reason => "decision_reasons",
        }
    }

    /// What one entry is called in messages.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Section::List => "list",
            Section::CustomField => "custom field",
            Section::Provider => "provider",
            Section::Check => "check",
            Section::Task => "task",
            Section::Model => "risk model",
            Section::Policy => "policy",
            Section::Product => "product",
            Section::Reason => "decision reason",
        }
    }

    /// The key of an entry that names it.
    pub(crate) fn naming_key(self) -> &'static str {
        match self {
            Section::CustomField => "name",
            _ => "alias",
        }
    }

    /// Whether its aliases can stand for an id in the API: these are unique over all three kinds.
    pub(crate) fn shares_aliases(self) -> bool {
        matches!(self, Section::Product | Section::Task | Section::Check)
    }

    /// Whether its entries have lasting ids, and so can be renamed.
    pub(crate) fn has_ids(self) -> bool {
        self.shares_aliases() || matches!(self, Section::Model | Section::Policy)
    }

    /// The first part of the name that lasting ids are derived from; must never change.
    pub(crate) fn id_kind(self) -> &'static str {
        match self {
            Section::Model => "risk_model",
            Section::CustomField => "custom_field",
            Section::Reason => "decision_reason",
            Section::List
            | Section::Provider
            | Section::Check
            | Section::Task
            | Section::Policy
            | Section::Product => self.noun(),
        }
    }
}
