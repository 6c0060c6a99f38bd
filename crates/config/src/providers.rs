//! The section `providers`.

use document::{Fields, Value};

use crate::naming;
use crate::published::{HttpProvider, Provider, ProviderKind};
use crate::scope::Scope;
use crate::screening;

/// Alias of the provider that is always there.
pub const DEMO_PROVIDER: &str = "demo";
/// Seconds a request to a provider may take when the document says nothing.
pub const TIMEOUT_SECONDS: u32 = 60;
/// The longest time a document can give a request to a provider, in seconds.
pub const TIMEOUT_SECONDS_MAX: u32 = 600;

const DEMO_KIND: &str = "demo";
const SCREENING_KIND: &str = "screening";
const HTTP_KIND: &str = "http";
const HTTP_KEYS: [&str; 3] = ["url", "secret_ref", "timeout_seconds"];

/// Reads the section and adds the built-in provider.
pub(crate) fn read<'a>(root: &Fields<'a>, scope: &Scope<'a>) -> Vec<Provider> {
    let mut providers: Vec<Provider> = root
        .list("providers")
        .iter()
        .filter_map(|value| read_one(value, scope))
        .collect();
    if !providers
        .iter()
        .any(|provider| provider.alias == DEMO_PROVIDER)
    {
        providers.insert(0, built_in());
    }
    providers
}

fn built_in() -> Provider {
    Provider {
        alias: DEMO_PROVIDER.to_owned(),
        name: "Demonstration".to_owned(),
        kind: ProviderKind::Demo,
        options: serde_json::Value::Object(serde_json::Map::new()),
        retired: false,
    }
}

fn read_one<'a>(value: &Value<'a>, scope: &Scope<'a>) -> Option<Provider> {
    let fields = value.fields()?;
    let alias = naming::alias(&fields, "alias").to_owned();
    let name = naming::name(&fields, "name");
    let words = [DEMO_KIND, SCREENING_KIND, HTTP_KIND].map(|word| (word, word));
    let word = fields.one_of("kind", &words);
    let kind = match word {
        Some(DEMO_KIND) => ProviderKind::Demo,
        Some(SCREENING_KIND) => ProviderKind::Screening(screening::read(&fields, scope)),
        Some(_) => ProviderKind::Http(http(&fields, scope)),
        None => {
            // Whatever kind was meant, its keys are not unknown.
            for key in HTTP_KEYS.into_iter().chain(screening::KEYS) {
                fields.has(key);
            }
            ProviderKind::Demo
        }
    };
    if alias == DEMO_PROVIDER && word.is_some_and(|word| word != DEMO_KIND) {
        value.report_with_hint(
            "the provider \"demo\" is built in and of the kind demo",
            "give this provider another alias",
        );
    }
    let options = crate::checks::options(&fields);
    fields.finish();
    Some(Provider {
        alias,
        name,
        kind,
        options: options.unwrap_or_else(|| serde_json::Value::Object(serde_json::Map::new())),
        retired: false,
    })
}

fn http<'a>(fields: &Fields<'a>, scope: &Scope<'a>) -> HttpProvider {
    let url = fields.required("url");
    if let Some(url) = &url {
        check_url(url, scope);
    }
    let timeout = fields.optional_integer("timeout_seconds", 1..=TIMEOUT_SECONDS_MAX);
    HttpProvider {
        url: url
            .and_then(|url| url.scalar())
            .unwrap_or_default()
            .to_owned(),
        secret_ref: naming::alias(fields, "secret_ref").to_owned(),
        timeout_seconds: timeout.unwrap_or(TIMEOUT_SECONDS),
    }
}

fn check_url<'a>(value: &Value<'a>, scope: &Scope<'a>) {
    let Some(url) = value.text() else {
        return;
    };
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let host = rest
        .and_then(|rest| rest.split('/').next())
        .unwrap_or_default();
    if host.is_empty() || url.chars().any(char::is_whitespace) {
        value.report_with_hint(
            format!("\"{url}\" is no address of a service"),
            "write it in full: https://checks.example.com/",
        );
    } else if host.contains('@') {
        value.report_with_hint("an address must not hold a password", "use secret_ref");
    } else if url.contains(['?', '#']) {
        value.report("the base address of a provider has no \"?\" and no \"#\"");
    } else if !url.ends_with('/') {
        value.report_with_hint(
            "the base address of a provider ends with \"/\"",
            format!("write {url}/"),
        );
    } else if url.starts_with("http://") {
        let message = "this provider is reached without encryption; use https outside of tests";
        scope.warn(value.path(), value.place(), message);
    }
}
