//! `usher serve`: a whole node.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::ending::Ending;
use crate::installation::{self, Founding, Installation};
use crate::node::{Node, Told};
use crate::place::{Place, show};
use crate::say;
use crate::trouble::Trouble;

/// Options of `usher serve`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    place: Place,
    /// Address and port to listen on; port 0 takes a free one. Put a proxy with TLS in front of it
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "USHER_LISTEN",
        default_value = "127.0.0.1:8080",
        value_parser = address
    )]
    listen: SocketAddr,
    /// Answer HTTP only, and leave jobs and webhooks to other nodes (`usher worker`)
    #[arg(long)]
    no_workers: bool,
    /// Let webhooks go to plain http and to private addresses; for development only
    #[arg(long)]
    allow_private_endpoints: bool,
    #[command(flatten)]
    founding: Founding,
}

/// Serves until it is told to stop.
pub(crate) async fn run(options: Options) -> Result<Ending, Trouble> {
    let mut told = Told::listen()?;
    let listener = listen(options.listen).await?;
    let opened = installation::open(
        &options.place,
        &options.founding,
        options.allow_private_endpoints,
    );
    let installation = opened.await?;
    welcome(&installation, &options.place);
    let mut node = Node::new(installation.platform.clone());
    if !options.no_workers {
        node.work();
    }
    ready(&listener);
    node.serve(listener);
    let ended = node.until_told(&mut told).await;
    node.stop(&mut told).await;
    ended.map(|()| Ending::Well)
}

/// An address from the command line.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "write an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080; 0.0.0.0:8080 listens \
         on every address"
            .to_owned()
    })
}

/// Takes the address.
pub(crate) async fn listen(address: SocketAddr) -> Result<TcpListener, Trouble> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = format!(
            "take another with --listen {}:PORT (port 0 takes a free one), or stop what listens there",
            address.ip()
        );
        Trouble::usage(format!("{address} cannot be listened on: {error}")).hint(hint)
    })
}

/// Says where a listener can be reached; scripts wait for this line.
pub(crate) fn ready(listener: &TcpListener) {
    say::talk(&format!("usher ready on {}", base_url(listener)));
}

/// The base URL of a listener.
pub(crate) fn base_url(listener: &TcpListener) -> String {
    listener
        .local_addr()
        .map_or_else(|error| format!("?: {error}"), |at| format!("http://{at}"))
}

/// Says what was made on the first start; never a secret.
pub(crate) fn welcome(installation: &Installation, place: &Place) {
    let Some(path) = &installation.master_keys else {
        return;
    };
    say::talk(&format!(
        "new installation in {}, {}",
        show(&place.data),
        place.database()
    ));
    say::talk(&format!(
        "master keys for demo and live are in {}",
        show(path)
    ));
    say::talk(&format!(
        "  hint: keep a copy of {} apart from the database",
        show(&place.key_file())
    ));
    if place.database_url.is_some() {
        say::talk("  hint: every node of this database needs the same encryption key");
    }
}
