//! Starts a scratch PostgreSQL server from the installed programs, on a free loopback port, with
//! flushing to disk on.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::testing::watchdog;

/// Where Debian and others put the programs of PostgreSQL, newest first.
const PROGRAM_FOLDERS: &[&str] = &[
    "/usr/lib/postgresql/18/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
    "/usr/lib/postgresql/14/bin",
    "/usr/local/pgsql/bin",
    "/usr/pgsql/bin",
];

/// What to do when there are none.
const INSTALL: &str = "PostgreSQL is not installed: run `apt-get install --yes postgresql`, or set \
    USHER_TEST_POSTGRES to the URL of a server, or to `skip`";

/// How often another free port is tried.
const START_ATTEMPTS_MAX: usize = 5;

/// How much log is kept before PostgreSQL empties it: enough that a bench is not slowed down by
/// that, and little enough that the tests run on a small disk.
const WAL_OF_BENCHES: &str = "2GB";
const WAL_OF_TESTS: &str = "512MB";

/// A scratch server of this process. It is stopped and removed when dropped, or when the process
/// ends.
#[derive(Debug)]
pub struct Cluster {
    url: String,
    /// A shell that cleans up when its standard input closes.
    cleaner: Option<Child>,
}

impl Cluster {
    /// Starts a server. Blocks for a second or two. The error says what to install.
    pub fn start() -> Result<Cluster, String> {
        let name = format!(
            "usher-postgres-{}-{:016x}",
            std::process::id(),
            rand::random::<u64>()
        );
        let folder = std::env::temp_dir().join(name);
        let server = Server::start(&folder, WAL_OF_BENCHES)?;
        Ok(Cluster {
            url: server.url(),
            cleaner: watchdog::waiting_shell(&server.cleanup()),
        })
    }

    /// The URL of the server; add the name of a database to it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a new, empty database; returns its URL.
    pub async fn create_database(&self) -> String {
        super::database::create(&self.url).await
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut cleaner) = self.cleaner.take() else {
            return;
        };
        drop(cleaner.stdin.take());
        // Nothing is left to do if the shell fails.
        let _ = cleaner.wait();
    }
}

/// The URL of the server that all tests of a run share. Test runners start a process for each
/// test, so the server belongs to the process that started this one, and goes with it.
pub(super) fn shared_url() -> Result<String, String> {
    let runner = match std::os::unix::process::parent_id() {
        0 | 1 => std::process::id(),
        parent => parent,
    };
    let folder = std::env::temp_dir().join(format!("usher-postgres-run-{runner}"));
    fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let lock = File::create(folder.join("lock")).map_err(|error| error.to_string())?;
    lock.lock().map_err(|error| error.to_string())?;
    let note = folder.join("url");
    if let Ok(url) = fs::read_to_string(&note) {
        if answers(&url) {
            return Ok(url);
        }
        // A run of the same number was killed with all its processes, as containers are.
        fs::remove_dir_all(folder.join("server")).map_err(|error| error.to_string())?;
    }
    let server = Server::start(&folder.join("server"), WAL_OF_TESTS)?;
    let cleanup = format!("{}; rm -rf {}", server.cleanup(), watchdog::quoted(&folder));
    watchdog::after_process(runner, &cleanup);
    fs::write(&note, server.url()).map_err(|error| error.to_string())?;
    Ok(server.url())
}

/// Whether something listens at the address of a URL that [`Server::url`] made.
fn answers(url: &str) -> bool {
    let address = url.rsplit('@').next().unwrap_or_default();
    TcpStream::connect(address).is_ok()
}

/// A server that runs, and how to end it.
struct Server {
    programs: PathBuf,
    user: Option<String>,
    folder: PathBuf,
    port: u16,
    max_wal_size: &'static str,
}

impl Server {
    fn start(folder: &Path, max_wal_size: &'static str) -> Result<Server, String> {
        let found = PROGRAM_FOLDERS
            .iter()
            .map(Path::new)
            .find(|path| path.join("initdb").exists());
        let programs = found.ok_or(INSTALL)?.to_owned();
        let user = other_user(folder)?;
        let mut server = Server {
            programs,
            user,
            folder: folder.to_owned(),
            port: 0,
            max_wal_size,
        };
        let data = server.data();
        server.run(
            "initdb",
            &["--pgdata", &data, "--auth=trust", "--username=postgres"],
        )?;
        let mut failure = String::new();
        for _ in 0..START_ATTEMPTS_MAX {
            server.port = free_port()?;
            match server.boot() {
                Ok(()) => return Ok(server),
                Err(reason) => failure = reason,
            }
        }
        Err(failure)
    }

    fn boot(&self) -> Result<(), String> {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=400 \
             -c shared_buffers=128MB -c fsync=on -c max_wal_size={}",
            self.port, self.max_wal_size
        );
        let log = self.folder.join("log").display().to_string();
        let data = self.data();
        self.run(
            "pg_ctl",
            &["start", "-w", "-D", &data, "-l", &log, "-o", &options],
        )
    }

    fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}", self.port)
    }

    fn data(&self) -> String {
        self.folder.join("data").display().to_string()
    }

    /// A shell command that stops the server and removes it.
    fn cleanup(&self) -> String {
        let stop = self.programs.join("pg_ctl");
        let stop = format!(
            "{} stop -m immediate -D {}",
            watchdog::quoted(&stop),
            watchdog::quoted(Path::new(&self.data()))
        );
        let stop = match &self.user {
            Some(user) => format!("runuser -u {user} -- {stop}"),
            None => stop,
        };
        format!("{stop}; rm -rf {}", watchdog::quoted(&self.folder))
    }

    /// Runs one of PostgreSQL's programs, as the other user if there is one.
    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let path = self.programs.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(path);
                command
            }
            None => Command::new(path),
        };
        let log =
            File::create(self.folder.join("program.log")).map_err(|error| error.to_string())?;
        let ended = command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .status()
            .map_err(|error| format!("{program} cannot be run: {error}"))?;
        if ended.success() {
            return Ok(());
        }
        let said = fs::read_to_string(self.folder.join("program.log")).unwrap_or_default();
        Err(format!("{program} failed ({ended}): {said}"))
    }
}

/// PostgreSQL refuses to run as root: then the folder is given to another user, who is named.
fn other_user(folder: &Path) -> Result<Option<String>, String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    if !is_root(folder) {
        return Ok(None);
    }
    for user in ["postgres", "nobody"] {
        let given = Command::new("chown")
            .arg(user)
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        if given.is_ok_and(|status| status.success()) {
            return Ok(Some(user.to_owned()));
        }
    }
    Err("PostgreSQL cannot run as root, and there is no user `postgres` or `nobody`".to_owned())
}

/// Whether this process is root's: then what it makes is root's.
fn is_root(made: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(made).is_ok_and(|metadata| metadata.uid() == 0)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    listener
        .local_addr()
        .map(|address| address.port())
        .map_err(|error| error.to_string())
}
