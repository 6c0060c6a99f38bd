//! The migration tool over a generated book, against a node in this process.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use migrate::progress::Silent;
use migrate::{Options, Scope, Stages};
use rusqlite::Connection;
use serde_json::Value;
use store::Store;
use store::testing::scratch_folder;
use tokio::task::JoinSet;

use crate::load::Bare;
use crate::server::Server;
use crate::{Trouble, person, processor};

const MAPPING: &str = include_str!("../../../examples/northgate/mapping.yaml");

const INDIVIDUALS: &str = "CUST_NO,TITLE,FORENAME,MIDDLE_NAMES,SURNAME,DOB,SEX,NATIONALITY,ADDR_1,\
    ADDR_2,ADDR_3,TOWN,COUNTY,POSTCODE,COUNTRY,EMAIL,MOBILE,CUST_STATUS,OPENED_ON,PRODUCT_CODE,\
    RISK_RATING,LAST_KYC_DATE,KYC_OUTCOME,SOURCE_OF_FUNDS,OCCUPATION\n";
const COMPANIES: &str = "CUST_NO,LEGAL_NAME,TRADING_NAME,REG_NO,INC_COUNTRY,INC_DATE,ENTITY_KIND,SIC,\
    REG_ADDR_1,REG_ADDR_2,REG_TOWN,REG_COUNTY,REG_POSTCODE,REG_COUNTRY,WEBSITE,CUST_STATUS,OPENED_ON,\
    PRODUCT_CODE,RISK_RATING,LAST_KYC_DATE,KYC_OUTCOME\n";
const ASSOCIATES: &str = "COMPANY_NO,PERSON_NO,FORENAME,SURNAME,DOB,NATIONALITY,COUNTRY,ROLE_CODE,PCT,\
    APPOINTED_ON,RESIGNED_ON\n";
const DOCUMENTS: &str = "CUST_NO,DOC_TYPE,FILE_NAME,ISSUED_ON,EXPIRES_ON\n";
const NOTES: &str = "CUST_NO,NOTED_ON,AUTHOR,TEXT\n";

/// Workers at once: what a run has at most unless it is told otherwise, and as many as a server of
/// one's own can be asked to bear.
const WORKERS: [u32; 2] = [5, 32];
/// Every so many clients one is a company, with one director who is a client too.
const COMPANY_EVERY: u32 = 20;

/// The table of the migration: the tool, and the same bodies sent by connections that do nothing
/// else, each client written once and read twice.
pub(crate) async fn measure(clients: u32) -> Result<String, Trouble> {
    let folder = scratch_folder();
    write_book(&folder, clients)?;
    let mut table = format!(
        "Migration of {clients} clients on SQLite, tool and server in one process; every {COMPANY_EVERY}th \
         client is a company with a director.\n\n\
         | workers | clients/s brought over and read back | until every check has run | requests per \
         client | CPU of both, us per client | the same by bare connections: clients/s | ratio |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for workers in WORKERS {
        let run = migrated(&folder, workers).await?;
        let bare = bare(&folder, workers).await?;
        let each = |wall: Duration| f64::from(clients) / wall.as_secs_f64();
        writeln!(
            table,
            "| {workers} | {:.0} | {:.0} | {:.2} | {:.0} | {:.0} | {:.2} |",
            each(run.wall),
            each(run.settled),
            f64::from(u32::try_from(run.requests)?) / f64::from(clients),
            run.processor.as_secs_f64() * 1e6 / f64::from(clients),
            each(bare),
            each(run.wall) / each(bare),
        )?;
    }
    Ok(table)
}

/// How a run of the tool went.
struct Run {
    wall: Duration,
    settled: Duration,
    processor: Duration,
    requests: u64,
}

fn state(folder: &Path, workers: u32) -> PathBuf {
    folder.join(format!("state-{workers}"))
}

async fn store(folder: &Path, name: &str, workers: u32) -> Result<Store, Trouble> {
    Ok(Store::open_sqlite(folder.join(format!("{name}-{workers}.sqlite"))).await?)
}

async fn migrated(folder: &Path, workers: u32) -> Result<Run, Trouble> {
    let server = Server::start(store(folder, "tool", workers).await?).await?;
    let options = Options {
        mapping: folder.join("mapping.yaml"),
        source: folder.to_owned(),
        state: state(folder, workers),
        base_urls: vec![format!("http://{}", server.address)],
        api_key: server.key.clone(),
        scope: Scope::Active,
        stages: Stages::parse_unlimited(&format!("{workers}:rest"))?,
        patience: migrate::api::Patience::default(),
        may_repeat: false,
        window: None,
        listen: None,
        only: None,
        mended: Vec::new(),
        consent: migrate::run::Consent::default(),
        stop: Arc::default(),
    };
    let before = processor::of_this_process()?;
    let begun = Instant::now();
    let summary = migrate::run(options, Arc::new(Silent)).await?;
    let wall = begun.elapsed();
    server.quiet().await?;
    let settled = begun.elapsed();
    let processor = processor::of_this_process()?.saturating_sub(before);
    server.stop().await;
    if !summary.is_clean() {
        return Err(format!("the migration was not clean:\n{summary}").into());
    }
    Ok(Run {
        wall,
        settled,
        processor,
        requests: summary.requests,
    })
}

/// The time that bare connections take to write what the run wrote, and to read each client right
/// after it was written and once at the end.
async fn bare(folder: &Path, workers: u32) -> Result<Duration, Trouble> {
    let server = Server::start(store(folder, "bare", workers).await?).await?;
    let ledger = Connection::open(state(folder, workers).join("ledger.sqlite"))?;
    let mut sent = ledger.prepare(
        "select sent.body, step.answer from sent join step using (key) where key like '%/create'",
    )?;
    let sent = sent.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sent: Vec<(String, String)> = sent.collect::<Result<_, _>>()?;
    // Companies name their directors by the ids that the first server gave them.
    let is_company = |body: &str| body.contains("COMPANY_CUSTOMER");
    let (companies, individuals): (Vec<_>, Vec<_>) =
        sent.into_iter().partition(|(body, _)| is_company(body));
    let begun = Instant::now();
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for group in [individuals, companies] {
        let bodies: Vec<Ask> = group
            .iter()
            .map(|(body, old)| Ask::Write(with_ids(body, &ids), old.clone()))
            .collect();
        ids.extend(asked(&server, workers, bodies).await?);
    }
    let reads = ids.into_values().map(Ask::Read).collect();
    asked(&server, workers, reads).await?;
    let wall = begun.elapsed();
    server.quiet().await?;
    server.stop().await;
    Ok(wall)
}

/// A body with the ids of this server instead of those of the first.
fn with_ids(body: &str, ids: &BTreeMap<String, String>) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    let directors = body.pointer_mut("/collected_data/officers/directors");
    for director in directors
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let id = &mut director["linked_profile"]["id"];
        if let Some(here) = id.as_str().and_then(|old| ids.get(old)) {
            *id = Value::from(here.as_str());
        }
    }
    body.to_string()
}

/// What a bare connection asks.
enum Ask {
    /// A body to be written and what it made read; and the id it had on the first server.
    Write(String, String),
    /// A profile to be read.
    Read(String),
}

/// Asks by so many connections at once; the ids of what was written by those of the first server.
async fn asked(
    server: &Server,
    connections: u32,
    asks: Vec<Ask>,
) -> Result<Vec<(String, String)>, Trouble> {
    let asks = Arc::new(Mutex::new(asks.into_iter()));
    let mut asking = JoinSet::new();
    for _ in 0..connections {
        let (asks, key) = (Arc::clone(&asks), server.key.clone());
        let mut connection = Bare::open(server.address, key).await?;
        asking.spawn(async move {
            let mut ids = Vec::new();
            let next = || asks.lock().unwrap_or_else(PoisonError::into_inner).next();
            while let Some(ask) = next() {
                match ask {
                    Ask::Write(body, old) => {
                        let made = connection.post("/4.0/profiles", &body).await?;
                        let made: Value = serde_json::from_slice(made)?;
                        let id = made["id"].as_str().unwrap_or_default().to_owned();
                        connection.get(&format!("/4.0/profiles/{id}")).await?;
                        ids.push((old, id));
                    }
                    Ask::Read(id) => {
                        connection.get(&format!("/4.0/profiles/{id}")).await?;
                    }
                }
            }
            Ok::<_, Trouble>(ids)
        });
    }
    let mut ids = Vec::new();
    while let Some(ended) = asking.join_next().await {
        ids.extend(ended??);
    }
    Ok(ids)
}

fn write_book(folder: &Path, clients: u32) -> Result<(), Trouble> {
    let (mut individuals, mut companies) = (INDIVIDUALS.to_owned(), COMPANIES.to_owned());
    let mut associates = ASSOCIATES.to_owned();
    for number in 0..clients {
        if number % COMPANY_EVERY == COMPANY_EVERY - 1 {
            let reference = 5_000_000 + number;
            let name = person::family_name(number);
            writeln!(
                companies,
                "{reference:08},{name} {number} Limited,,{:08},GB,05/10/2004,LTD,62020,1 High Street,,\
                 London,,EC1A 1BB,GB,,ACTIVE,03/07/2015,CA,L,,",
                1_000_000 + number,
            )?;
            writeln!(
                associates,
                "{reference:08},{:08},,,,,,DIR,,02/07/2016,",
                1_000_000 + number - 1
            )?;
            continue;
        }
        let (year, month, day) = person::date_of_birth(number);
        writeln!(
            individuals,
            "{:08},,{},,{},{day:02}/{month:02}/{year:04},,GB,{} High Street,,,London,,EC1A 1BB,GB,\
             person{number}@example.com,,ACTIVE,04/02/2018,CA,L,,,Salary,Driver",
            1_000_000 + number,
            person::given_name(number),
            person::family_name(number),
            1 + number % 200,
        )?;
    }
    for (file, text) in [
        ("mapping.yaml", MAPPING),
        ("individuals.csv", individuals.as_str()),
        ("companies.csv", companies.as_str()),
        ("associates.csv", associates.as_str()),
        ("documents.csv", DOCUMENTS),
        ("notes.csv", NOTES),
    ] {
        fs::write(folder.join(file), text)?;
    }
    Ok(())
}
