//! Stored forms: how a type of the domain, which knows no serde, is written and read.
//!
//! A form is a serde `remote` type with the fields of the domain's. `with = "Form"` stores one
//! value, `with = "Each::<Form>"` a collection and `with = "Maybe::<Form>"` an option of it.

use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a type is stored.
pub(super) trait Form {
    /// The type.
    type Of;

    /// Writes a value.
    fn write<S: Serializer>(value: &Self::Of, to: S) -> Result<S::Ok, S::Error>;

    /// Reads a value.
    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Self::Of, D::Error>;
}

/// Declares that serde `remote` types are the forms of the types they mirror.
///
/// `forms! { Tag: domain::Tag }` expands to `impl Form for Tag { type Of = domain::Tag; … }`,
/// whose functions call those that serde derived.
macro_rules! forms {
    ($($form:ident: $of:ty),+ $(,)?) => {$(
        impl $crate::stored::form::Form for $form {
            type Of = $of;

            fn write<S: serde::Serializer>(value: &$of, to: S) -> Result<S::Ok, S::Error> {
                $form::serialize(value, to)
            }

            fn read<'de, D: serde::Deserializer<'de>>(from: D) -> Result<$of, D::Error> {
                $form::deserialize(from)
            }
        }
    )+};
}
pub(super) use forms;

/// A value to be written in a form.
pub(super) struct Borrowed<'a, F: Form>(pub(super) &'a F::Of);

impl<F: Form> Serialize for Borrowed<'_, F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        F::write(self.0, to)
    }
}

/// A value that was read from a form.
pub(super) struct Owned<F: Form>(pub(super) F::Of);

impl<'de, F: Form> Deserialize<'de> for Owned<F> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        F::read(from).map(Owned)
    }
}

/// A collection, as a list.
pub(super) struct Each<F>(PhantomData<F>);

impl<F: Form> Each<F> {
    pub(super) fn serialize<'a, C, S>(items: &'a C, to: S) -> Result<S::Ok, S::Error>
    where
        &'a C: IntoIterator<Item = &'a F::Of>,
        F::Of: 'a,
        S: Serializer,
    {
        to.collect_seq(items.into_iter().map(Borrowed::<F>))
    }

    pub(super) fn deserialize<'de, C, D>(from: D) -> Result<C, D::Error>
    where
        C: Default + Extend<F::Of>,
        D: Deserializer<'de>,
    {
        from.deserialize_seq(Items::<F, C>(PhantomData))
    }
}

struct Items<F, C>(PhantomData<(F, C)>);

impl<'de, F: Form, C: Default + Extend<F::Of>> Visitor<'de> for Items<F, C> {
    type Value = C;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<C, A::Error> {
        let mut items = C::default();
        while let Some(Owned::<F>(item)) = from.next_element()? {
            items.extend(Some(item));
        }
        Ok(items)
    }
}

/// A collection that once was at most one: one alone is written as it is, several as a list.
pub(super) struct OneOrEach<F>(PhantomData<F>);

impl<F: Form> OneOrEach<F> {
    pub(super) fn serialize<S: Serializer>(
        items: &BTreeSet<F::Of>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let mut all = items.iter();
        match (all.next(), all.next()) {
            (Some(one), None) => F::write(one, to),
            _ => Each::<F>::serialize(items, to),
        }
    }

    pub(super) fn deserialize<'de, D>(from: D) -> Result<BTreeSet<F::Of>, D::Error>
    where
        F::Of: Ord,
        D: Deserializer<'de>,
    {
        from.deserialize_any(ItemOrItems::<F>(PhantomData))
    }
}

struct ItemOrItems<F>(PhantomData<F>);

impl<'de, F: Form> Visitor<'de> for ItemOrItems<F>
where
    F::Of: Ord,
{
    type Value = BTreeSet<F::Of>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of them")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeSet::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        let one = F::read(MapAccessDeserializer::new(from))?;
        Ok(BTreeSet::from([one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        Each::<F>::deserialize(SeqAccessDeserializer::new(from))
    }
}

/// An option, as the value or `null`.
pub(super) struct Maybe<F>(PhantomData<F>);

impl<F: Form> Maybe<F> {
    #[expect(
        clippy::ref_option,
        reason = "serde calls it with a reference to the field"
    )]
    pub(super) fn serialize<S: Serializer>(
        value: &Option<F::Of>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Borrowed::<F>).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<F::Of>, D::Error> {
        let read: Option<Owned<F>> = Option::deserialize(from)?;
        Ok(read.map(|Owned(value)| value))
    }
}

impl<F: Form> Form for Maybe<F> {
    type Of = Option<F::Of>;

    fn write<S: Serializer>(value: &Option<F::Of>, to: S) -> Result<S::Ok, S::Error> {
        Maybe::<F>::serialize(value, to)
    }

    fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<F::Of>, D::Error> {
        Maybe::<F>::deserialize(from)
    }
}

/// Whether a flag has the value that is left out.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

/// Whether a flag has the value that is left out, for those that are mostly set.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
pub(super) fn is_true(flag: &bool) -> bool {
    *flag
}

/// What a flag is that was left out because [`is_true`].
pub(super) fn yes() -> bool {
    true
}
