//! An installation, opened: the store, the encryption key, the institution with its accounts, and
//! the first master keys.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use service::key_check::{self, Fit};
use service::{Environment, Kind, Platform, Settings, accounts};
use store::accounts::AccountRow;
use store::{PostgresOptions, Store};

use crate::made::Made;
use crate::place::{Place, show};
use crate::trouble::Trouble;
use crate::{clock, folder};

/// Bytes of an encryption key.
const KEY_BYTES: usize = 32;
/// Longest name of an institution, in characters; a longer one is refused.
const INSTITUTION_CHARS_MAX: usize = 200;

/// Who the installation is for, written down when it is founded and never changed by an option.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Founding {
    /// Name of the institution; counts on the first start only
    #[arg(
        long,
        value_name = "NAME",
        default_value = "Usher",
        help_heading = "Installation"
    )]
    pub(crate) institution: String,
    /// Time zone in which its days begin; counts on the first start only
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "Europe/London",
        help_heading = "Installation"
    )]
    pub(crate) time_zone: String,
    /// Whether it is a demonstration's.
    #[arg(skip)]
    pub(crate) for_demo: bool,
}

/// An installation at hand.
pub(crate) struct Installation {
    /// The platform over its store.
    pub(crate) platform: Platform,
    /// Where the master keys were written, when they were just made.
    pub(crate) master_keys: Option<PathBuf>,
    /// Held as long as this process is at work on a SQLite database.
    _lock: Option<File>,
}

impl Founding {
    /// Refuses a founding that could not be carried out, before anything is made.
    fn check(&self) -> Result<(), Trouble> {
        let count = self.institution.chars().count();
        let is_name = self.institution.trim() == self.institution
            && (1..=INSTITUTION_CHARS_MAX).contains(&count)
            && !self.institution.chars().any(char::is_control);
        if !is_name {
            let message = format!(
                "--institution must be a name of 1 to {INSTITUTION_CHARS_MAX} characters on one line"
            );
            let hint = "write it as documents show it, such as --institution \"Northgate Bank\"";
            return Err(Trouble::usage(message).hint(hint));
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let message = format!("--time-zone {:?} names no time zone", self.time_zone);
            return Err(Trouble::usage(message).hint("write one like Europe/London or UTC"));
        }
        Ok(())
    }
}

/// Opens an installation to work on it, and founds it when there is none. When that fails before
/// there is one, what was made for it is removed again.
pub(crate) async fn open(
    place: &Place,
    founding: &Founding,
    allow_private_endpoints: bool,
) -> Result<Installation, Trouble> {
    place.check()?;
    founding.check()?;
    named_key(place)?;
    let mut made = Made::default();
    let (store, encryption_key) = match prepare(place, founding, &mut made).await {
        Ok(prepared) => prepared,
        Err(trouble) => {
            made.remove();
            return Err(trouble);
        }
    };
    let lock = made.keep();
    let settings = Settings {
        encryption_key,
        allow_private_endpoints,
        ..Settings::default()
    };
    let platform = Platform::new(store, settings, Arc::new(clock::now));
    accounts::found(&platform, &founding.institution, &founding.time_zone).await?;
    let fit = key_check::settle(&platform.store, &encryption_key).await?;
    refuse_other_key(place, fit)?;
    let master_keys = issue_master_keys(&platform, place).await?;
    Ok(Installation {
        platform,
        master_keys,
        _lock: lock,
    })
}

/// Makes and opens the folder, the database and the encryption key. Nothing is founded yet.
async fn prepare(
    place: &Place,
    founding: &Founding,
    made: &mut Made,
) -> Result<(Store, [u8; KEY_BYTES]), Trouble> {
    made.folder(&place.data)?;
    if founding.for_demo {
        made.demo_mark(&place.demo_mark())?;
    }
    let is_alone = place.database_url.is_none();
    if is_alone {
        made.lock(&place.data)?;
        refuse_lost_database(place)?;
        made.database(&place.database_file())?;
    }
    let store = open_store(place).await?;
    match take_over(place, founding, &store).await {
        Ok(key) => Ok((store, key)),
        Err(trouble) => {
            store.close().await;
            Err(trouble)
        }
    }
}

/// Finds the encryption key, and frees what a killed process held. Nothing is written before the key
/// has proved right.
async fn take_over(
    place: &Place,
    founding: &Founding,
    store: &Store,
) -> Result<[u8; KEY_BYTES], Trouble> {
    let is_alone = place.database_url.is_none();
    let is_new = store::accounts::list(store).await?.is_empty();
    if founding.for_demo && !is_alone && !is_new {
        refuse_foreign_database(place, store).await?;
    }
    let key = encryption_key(place, is_new)?;
    refuse_other_key(place, key_check::look(store, &key).await?)?;
    if is_alone {
        // Whoever held these leases was killed: the lock of the folder says that nobody is left.
        store::jobs::release_all(store).await?;
    }
    Ok(key)
}

/// Refuses a shared database that this demonstration did not found: with its key.
async fn refuse_foreign_database(place: &Place, store: &Store) -> Result<(), Trouble> {
    if let Some(key) = read_key(&place.key_file())?
        && key_check::look(store, &key).await? == Fit::Right
    {
        return Ok(());
    }
    let message = format!(
        "the installation in {} was not made by the `usher demo` of {}",
        place.database(),
        show(&place.data)
    );
    let hint = "name an empty database with --database-url, or with --data DIR the folder of the \
                demonstration that made it: fictitious clients are put into it";
    Err(Trouble::usage(message).hint(hint))
}

/// Refuses a key that opens nothing of what is stored.
fn refuse_other_key(place: &Place, fit: Fit) -> Result<(), Trouble> {
    match fit {
        Fit::Right | Fit::Unproven => Ok(()),
        Fit::Wrong => Err(other_key(place)),
    }
}

/// The key at hand is not the one of the installation.
pub(crate) fn other_key(place: &Place) -> Trouble {
    let (path, database) = (show(&place.key_file()), place.database());
    let message = format!("the encryption key in {path} is not the one of {database}");
    let from = match place.encryption_key_file {
        Some(_) => "--encryption-key-file (or USHER_ENCRYPTION_KEY_FILE) names it",
        None => "it is the key of the data folder",
    };
    let hint = format!(
        "{from}; bring the right one back from the backup or copy it from another node, or name \
         the database that this key belongs to"
    );
    Trouble::usage(message).hint(hint)
}

/// Refuses to take a lost database for a new installation.
fn refuse_lost_database(place: &Place) -> Result<(), Trouble> {
    let database = place.database_file();
    let master_keys = place.master_keys_file();
    let (state, left) = match fs::metadata(&database) {
        Ok(details) if details.len() > 0 => return Ok(()),
        Ok(_) => (
            "is empty",
            // A key from elsewhere is there before the first start.
            [place.own_key_file(), master_keys]
                .into_iter()
                .find(|path| path.exists()),
        ),
        Err(_) => ("is gone", Some(master_keys).filter(|path| path.exists())),
    };
    let Some(left) = left else {
        return Ok(());
    };
    let message = format!(
        "the database {} {state}, and {} says that there was an installation",
        show(&database),
        show(&left)
    );
    let hint = "bring the database back from the backup; if it is on PostgreSQL, name it with \
                --database-url; for a new installation name another folder with --data DIR";
    Err(Trouble::usage(message).hint(hint))
}

/// Opens what is there for a look or a small change; makes nothing, and may run beside a server.
pub(crate) async fn open_existing(place: &Place) -> Result<Platform, Trouble> {
    place.check()?;
    if place.database_url.is_none() {
        must_exist(place)?;
    }
    let store = open_store(place).await?;
    let settings = Settings {
        encryption_key: read_key(&place.key_file())?.unwrap_or_default(),
        ..Settings::default()
    };
    Ok(Platform::new(store, settings, Arc::new(clock::now)))
}

/// Refuses a folder without a database, or with one that this user may not see.
fn must_exist(place: &Place) -> Result<(), Trouble> {
    refuse_lost_database(place)?;
    let path = place.database_file();
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => {
            let message = format!("there is no installation in {}", show(&place.data));
            let hint =
                "name its folder with --data DIR (or USHER_DATA), or start one with `usher serve`";
            Err(Trouble::usage(message).hint(hint))
        }
        Err(error) => {
            let hint =
                "run it as the user who runs the server, or name another folder with --data DIR";
            Err(Trouble::file(&path, &error).hint(hint))
        }
    }
}

/// Writes what is under way to disk and lets go of the database.
pub(crate) async fn close(platform: Platform) {
    Store::clone(&platform.store).close().await;
}

/// The account of an environment.
pub(crate) async fn account(
    platform: &Platform,
    environment: Environment,
) -> Result<AccountRow, Trouble> {
    accounts::of(platform, environment)
        .await
        .map_err(|failure| match failure.kind {
            Kind::NotFound => Trouble::new("this database has no institution yet")
                .hint("start `usher serve` once: it founds the institution and its accounts"),
            _ => failure.into(),
        })
}

async fn open_store(place: &Place) -> Result<Store, Trouble> {
    match &place.database_url {
        Some(url) => Store::open_postgres(url, PostgresOptions::default()).await.map_err(|error| {
            let hint = "check --database-url, that the server runs, and that the user may create tables; \
                        `usher doctor` looks at it all";
            unopened(error, hint)
        }),
        None => Store::open_sqlite(place.database_file()).await.map_err(|error| {
            unopened(error, "`usher doctor` looks at the folder, its rights and the free disk")
        }),
    }
}

fn unopened(error: store::Error, hint: &str) -> Trouble {
    let is_schema = matches!(error, store::Error::Broken { source: None, .. });
    let of_another = "use the version of usher that the database was made by, or a newer one, or \
                      name another database; nothing was changed in this one";
    Trouble::from(error).hint(if is_schema { of_another } else { hint })
}

/// Refuses an encryption key file that was named and is not there or not right, before anything is
/// made.
fn named_key(place: &Place) -> Result<(), Trouble> {
    let Some(path) = &place.encryption_key_file else {
        return Ok(());
    };
    match read_key(path)? {
        Some(_) => Ok(()),
        None => Err(no_named_key(path)),
    }
}

fn no_named_key(path: &Path) -> Trouble {
    let hint = format!(
        "for a new installation make one with: (umask 077; openssl rand -hex 32 > {0}); for an \
         existing one bring its key back from the backup",
        show(path)
    );
    Trouble::usage(format!("there is no file {}", show(path))).hint(hint)
}

/// The key of the installation; made with a new installation, and never again: with another key
/// nothing that was encrypted could be read.
fn encryption_key(place: &Place, is_new: bool) -> Result<[u8; KEY_BYTES], Trouble> {
    let path = place.key_file();
    if let Some(key) = read_key(&path)? {
        return Ok(key);
    }
    if place.encryption_key_file.is_some() {
        return Err(no_named_key(&path));
    }
    if !is_new {
        let message = format!(
            "the encryption key {} is gone, and the database is in use",
            show(&path)
        );
        let hint = "bring it back from the backup, or copy it from another node, or name it with \
                    --encryption-key-file FILE; nodes that share a database must share the key";
        return Err(Trouble::usage(message).hint(hint));
    }
    let key: [u8; KEY_BYTES] = rand::random();
    let digits = key
        .iter()
        .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    match folder::write_secret(&path, &format!("{digits}\n")) {
        Ok(()) => Ok(key),
        Err(error) => Err(Trouble::file(&path, &error)),
    }
}

/// The key in a file; nothing when there is no such file.
pub(crate) fn read_key(path: &Path) -> Result<Option<[u8; KEY_BYTES]>, Trouble> {
    let Some(text) = folder::read_if_there(path)? else {
        return Ok(None);
    };
    let wrong = || {
        Trouble::usage(format!("{} is no encryption key", show(path))).hint(
            "the file must hold 64 hexadecimal digits; bring the right one back from the backup",
        )
    };
    let text = text.trim();
    if text.len() != 2 * KEY_BYTES || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut key = [0; KEY_BYTES];
    for (place, byte) in key.iter_mut().enumerate() {
        let digits = text.get(2 * place..2 * place + 2).ok_or_else(wrong)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(Some(key))
}

/// Rights of a file or folder, such as 0o600; nothing when it is absent.
pub(crate) fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path)
        .ok()
        .map(|details| details.mode() & 0o777)
}

/// The first keys: an administrator's for each account, when there are no keys at all.
async fn issue_master_keys(platform: &Platform, place: &Place) -> Result<Option<PathBuf>, Trouble> {
    let accounts = store::accounts::list(&platform.store).await?;
    for account in &accounts {
        if !store::keys::list(&platform.store, account.account)
            .await?
            .is_empty()
        {
            return Ok(None);
        }
    }
    let mut text = "# The first master keys. They may do everything; keep them where secrets are kept,\n\
                    # issue others with `usher keys issue` or POST /admin/keys, and delete this file.\n"
        .to_owned();
    for account in &accounts {
        let key = service::keys::issue_admin(platform, account, "Master key").await?;
        let secret = key.key.as_deref().unwrap_or_default();
        text = format!("{text}{} {secret}\n", account.environment);
    }
    let path = folder::free_name(&place.master_keys_file());
    folder::write_secret(&path, &text).map_err(|error| {
        Trouble::file(&path, &error)
            .hint("issue a new one with `usher keys issue --admin --name NAME`")
    })?;
    Ok(Some(path))
}
