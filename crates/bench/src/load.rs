//! The load generator: kept-alive connections that create people one after the other, as cheaply
//! as possible.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::{Trouble, person, processor};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Address of the server
    #[arg(long)]
    address: SocketAddr,
    /// API key
    #[arg(long)]
    key: String,
    /// How many people to create
    #[arg(long)]
    onboardings: u32,
    /// The number of the first person
    #[arg(long)]
    first: u32,
    /// Connections at the same time
    #[arg(long)]
    concurrency: u32,
}

/// What the generator tells its parent, as one line of JSON.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Told {
    /// Half of the requests were answered faster, in microseconds.
    pub(crate) p50_microseconds: u64,
    /// 99 of 100 requests were answered faster, in microseconds.
    pub(crate) p99_microseconds: u64,
    /// Bytes of an answer, on average.
    pub(crate) answer_bytes: u64,
    /// Processor time of the generator in all, in microseconds.
    pub(crate) processor_microseconds: u64,
}

/// Sends everything, then tells how it went.
pub(crate) async fn run(options: Options) -> Result<(), Trouble> {
    let options = Arc::new(options);
    let next = Arc::new(AtomicU32::new(0));
    let mut connections = JoinSet::new();
    for _ in 0..options.concurrency {
        connections.spawn(connection(Arc::clone(&options), Arc::clone(&next)));
    }
    let (mut times, mut bytes) = (Vec::new(), 0);
    while let Some(ended) = connections.join_next().await {
        let (mine, size) = ended??;
        times.extend(mine);
        bytes += size;
    }
    times.sort_unstable();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    let processor = processor::of_this_process()?.as_micros();
    let told = Told {
        p50_microseconds: at(50),
        p99_microseconds: at(99),
        answer_bytes: bytes / u64::from(options.onboardings.max(1)),
        processor_microseconds: u64::try_from(processor)?,
    };
    crate::say(&serde_json::to_string(&told)?)
}

/// One connection: the times of its requests in microseconds, and the bytes of their answers.
async fn connection(
    options: Arc<Options>,
    next: Arc<AtomicU32>,
) -> Result<(Vec<u64>, u64), Trouble> {
    let mut bare = Bare::open(options.address, options.key.clone()).await?;
    let (mut times, mut bytes) = (Vec::new(), 0);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= options.onboardings {
            return Ok((times, bytes));
        }
        let body = person::request(options.first + number).to_string();
        let begun = Instant::now();
        bytes += u64::try_from(bare.post("/4.0/profiles", &body).await?.len())?;
        times.push(u64::try_from(begun.elapsed().as_micros())?);
    }
}

/// A kept-alive connection that asks as cheaply as possible.
pub(crate) struct Bare {
    stream: TcpStream,
    key: String,
    buffer: Vec<u8>,
}

impl Bare {
    pub(crate) async fn open(address: SocketAddr, key: String) -> Result<Bare, Trouble> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(64 * 1024);
        Ok(Bare {
            stream,
            key,
            buffer,
        })
    }

    /// Sends a body; the body of the answer. Anything but 200 is an error.
    pub(crate) async fn post(&mut self, path: &str, body: &str) -> Result<&[u8], Trouble> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\napikey: {}\r\ncontent-type: \
             application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.key,
            body.len()
        );
        self.ask(&request).await
    }

    /// The body that a path answers with. Anything but 200 is an error.
    pub(crate) async fn get(&mut self, path: &str) -> Result<&[u8], Trouble> {
        let key = &self.key;
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\napikey: {key}\r\n\r\n");
        self.ask(&request).await
    }

    async fn ask(&mut self, request: &str) -> Result<&[u8], Trouble> {
        let (stream, buffer) = (&mut self.stream, &mut self.buffer);
        stream.write_all(request.as_bytes()).await?;
        buffer.clear();
        loop {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).into_owned();
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse::<usize>().ok())?
            });
            let length = length.ok_or("an answer without content-length")?;
            while buffer.len() < head + 4 + length {
                if stream.read_buf(buffer).await? == 0 {
                    return Err("the server hung up in the middle of an answer".into());
                }
            }
            let body = buffer.get(head + 4..head + 4 + length).unwrap_or_default();
            if !text.starts_with("HTTP/1.1 200") {
                let body = String::from_utf8_lossy(body).into_owned();
                return Err(format!("the server refused: {body}").into());
            }
            return Ok(body);
        }
    }
}
