//! Applying for products.

use super::{APPLICATIONS_MAX, Refusal};
use crate::{
    Application, ApplicationId, ApplicationStatus, AssociatedRole, Change, Config, Decider,
    HistoryEntry, Moment, ProductId, Profile,
};

/// "One profile may have multiple product applications open at the same time" (seed 004); two open
/// ones for the same product would be the same decision twice.
pub(super) fn apply(
    config: &Config,
    profile: &mut Profile,
    product: ProductId,
    (role, by): (Option<AssociatedRole>, Decider),
    moment: &mut Moment<'_>,
) -> Result<Vec<Change>, Refusal> {
    let found = config
        .products
        .get(&product)
        .filter(|product| !product.retired);
    let found = found.ok_or(Refusal::UnknownProduct)?;
    found
        .course(profile.entity)
        .ok_or(Refusal::ProductNotFor(profile.entity))?;
    if let Some(open) = open_application(profile, product) {
        // What existed for a company's sake becomes the customer's own.
        if !open.asked && role.is_none() {
            open.asked = true;
            let application = open.id;
            return Ok(vec![Change::ApplicationAdded {
                application,
                product,
            }]);
        }
        return Err(Refusal::AlreadyApplied);
    }
    if profile.applications.len() >= APPLICATIONS_MAX {
        return Err(Refusal::TooMany("applications"));
    }
    let wanted = Wanted {
        product,
        role,
        asked: true,
        by,
    };
    Ok(vec![push_application(profile, wanted, moment)])
}

/// "A profile created without applications automatically applies to all such products"
/// (`product.md` 1.4); somebody's associate applies for what the company's lists name.
pub(super) fn apply_automatically(
    config: &Config,
    profile: &mut Profile,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    if !profile.applications.is_empty() || profile.associated {
        return Vec::new();
    }
    let automatic: Vec<ProductId> = config
        .products
        .values()
        .filter(|product| product.auto_apply && !product.retired)
        .filter(|product| product.course(profile.entity).is_some())
        .map(|product| product.id)
        .collect();
    let mut changes = Vec::new();
    for product in automatic {
        if open_application(profile, product).is_none() {
            let wanted = Wanted {
                product,
                role: None,
                asked: true,
                by: Decider::Policy,
            };
            changes.push(push_application(profile, wanted, moment));
        }
    }
    changes
}

/// An application somebody wants.
pub(super) struct Wanted {
    pub(super) product: ProductId,
    pub(super) role: Option<AssociatedRole>,
    pub(super) asked: bool,
    pub(super) by: Decider,
}

pub(super) fn push_application(
    profile: &mut Profile,
    wanted: Wanted,
    moment: &mut Moment<'_>,
) -> Change {
    let id = ApplicationId(moment.ids.fresh());
    let product = wanted.product;
    let mut application = Application::new(id, product, moment.now);
    application.role = wanted.role;
    application.asked = wanted.asked;
    application.history.push(HistoryEntry {
        status: ApplicationStatus::Applied,
        at: moment.now,
        by: wanted.by,
        comment: None,
        reasons: Vec::new(),
        config_version: profile.config_version,
        reverted: false,
    });
    profile.applications.push(application);
    Change::ApplicationAdded {
        application: id,
        product,
    }
}

fn open_application(profile: &mut Profile, product: ProductId) -> Option<&mut Application> {
    let open =
        |application: &&mut Application| application.product == product && application.is_open();
    profile.applications.iter_mut().find(open)
}

pub(super) fn find_application(
    profile: &Profile,
    id: ApplicationId,
) -> Result<&Application, Refusal> {
    let found = profile
        .applications
        .iter()
        .find(|application| application.id == id);
    found.ok_or(Refusal::UnknownApplication)
}

pub(super) fn find_application_mut(
    profile: &mut Profile,
    id: ApplicationId,
) -> Result<&mut Application, Refusal> {
    let found = profile
        .applications
        .iter_mut()
        .find(|application| application.id == id);
    found.ok_or(Refusal::UnknownApplication)
}
