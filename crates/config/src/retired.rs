//! What the version before had and this document no longer names.

use crate::published::Published;

/// Keeps, as retired, what `previous` had and `published` has not, so that old tasks, checks and
/// applications can still be shown.
pub(crate) fn keep(published: &mut Published, previous: &Published) {
    let config = &mut published.config;
    let before = &previous.config;
    for (id, product) in &before.products {
        config.products.entry(*id).or_insert_with(|| {
            let mut product = product.clone();
            product.retired = true;
            product
        });
    }
    for (id, task) in &before.tasks {
        config.tasks.entry(*id).or_insert_with(|| {
            let mut task = task.clone();
            task.retired = true;
            task
        });
    }
    for (id, check) in &before.checks {
        if config.checks.contains_key(id) {
            continue;
        }
        let mut check = check.clone();
        check.retired = true;
        check.is_default = false;
        config.checks.insert(*id, check);
        if let Some(options) = previous.check_options.get(id) {
            published.check_options.insert(*id, options.clone());
        }
    }
    for (id, model) in &before.models {
        config.models.entry(*id).or_insert_with(|| model.clone());
    }
    for (id, policy) in &before.policies {
        config.policies.entry(*id).or_insert_with(|| policy.clone());
    }
    for provider in &previous.providers {
        if published.provider(&provider.alias).is_none() {
            let mut provider = provider.clone();
            provider.retired = true;
            published.providers.push(provider);
        }
    }
}
