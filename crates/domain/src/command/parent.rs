//! Companies that list this profile.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::APPLICATIONS_MAX;
use super::application::{Wanted, push_application};
use crate::{
    Application, ApplicationStatus, Change, Config, Decider, HistoryEntry, Moment, Parent,
    ProductId, Profile, ProfileId, Stage,
};

/// A product unknown here, or without a policy for this kind of profile, is not applied for: the
/// company's task then stays incomplete for a person to see.
pub(super) fn link_parent(
    config: &Config,
    profile: &mut Profile,
    mut parent: Parent,
    moment: &mut Moment<'_>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let (id, roles) = (parent.profile, parent.roles.clone());
    let role = roles.iter().copied().find(|role| role.is_current());
    let asks = |known: &Parent, product: &ProductId| known.products.contains(product);
    let mut products = parent.products.clone();
    // Asked once is asked: an application that ended since is not made again by itself.
    products.retain(|product| {
        !profile
            .parents
            .iter()
            .any(|known| known.profile == id && asks(known, product))
    });
    if let Some(known) = profile.parents.iter_mut().find(|known| known.profile == id) {
        parent.products.extend(known.products.iter().copied());
        if *known == parent {
            return changes;
        }
        *known = parent;
    } else {
        profile.parents.push(parent);
    }
    changes.push(Change::ParentLinked { parent: id, roles });
    for product in products {
        let known = config.products.get(&product);
        let fits =
            known.is_some_and(|known| !known.retired && known.course(profile.entity).is_some());
        let for_others = profile
            .parents
            .iter()
            .any(|known| known.profile != id && asks(known, &product));
        let exists = profile
            .applications
            .iter()
            .any(|one| one.product == product && (one.is_open() || (for_others && !one.asked)));
        if fits && !exists && profile.applications.len() < APPLICATIONS_MAX {
            let wanted = Wanted {
                product,
                role,
                asked: false,
                by: Decider::CompanyPolicy { company: id },
            };
            changes.push(push_application(profile, wanted, moment));
        }
    }
    changes
}

/// Ending a link ends only what existed for that link's sake.
pub(super) fn unlink_parent(
    profile: &mut Profile,
    parent: ProfileId,
    now: Timestamp,
) -> Vec<Change> {
    let Some(at) = profile
        .parents
        .iter()
        .position(|known| known.profile == parent)
    else {
        return Vec::new();
    };
    let gone = profile.parents.remove(at);
    let mut changes = vec![Change::ParentUnlinked(parent)];
    let still: BTreeSet<ProductId> = profile
        .parents
        .iter()
        .flat_map(|parent| parent.products.iter().copied())
        .collect();
    let config_version = profile.config_version;
    let ends = |application: &&mut Application| {
        !application.asked
            && application.is_open()
            && gone.products.contains(&application.product)
            && !still.contains(&application.product)
    };
    for application in profile.applications.iter_mut().filter(ends) {
        let from = application.status;
        let to = if application.was_approved() {
            ApplicationStatus::Cancelled
        } else {
            ApplicationStatus::Rejected
        };
        let comment = Some("no longer an associate of the company".to_owned());
        application.status = to;
        application.stage = Stage::Decided;
        application.history.push(HistoryEntry {
            status: to,
            at: now,
            by: Decider::Policy,
            comment: comment.clone(),
            reasons: Vec::new(),
            config_version,
            reverted: false,
        });
        let application = application.id;
        let by = Decider::Policy;
        changes.push(Change::ApplicationMoved {
            application,
            from,
            to,
            by,
            comment,
            reverted: false,
        });
    }
    changes
}
