//! Ids are types, so that a task's id cannot be taken for a check's.

/// Declares 128-bit id newtypes.
///
/// `ids! { /// A profile. ProfileId }` expands to
/// `pub struct ProfileId(pub u128)` with equality, order, hash and copy.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);
    )*};
}

ids! {
    /// One person or company.
    ProfileId,
    /// One application of a profile for a product.
    ApplicationId,
    /// One version of a task on a profile.
    TaskId,
    /// One run of a check.
    CheckId,
    /// A match or alert on a profile.
    EventId,
    /// A label on a profile.
    TagId,
    /// A product; lasts over policy versions.
    ProductId,
    /// A task variant; lasts over policy versions.
    TaskVariantId,
    /// A check variant; lasts over policy versions.
    CheckVariantId,
    /// A smart policy; lasts over policy versions.
    PolicyId,
    /// A risk model; lasts over policy versions.
    RiskModelId,
    /// A window in which checks are switched off for clients that are brought over.
    WindowId,
}

/// Where new ids come from; the core makes none itself.
pub trait Ids {
    /// A fresh 128-bit id, never given before.
    fn fresh(&mut self) -> u128;
}
