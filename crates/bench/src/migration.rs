//! The migration tool over a generated book, against a node in this process.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use migrate::progress::Silent;
use migrate::{Options, Scope, Stages};
use store::Store;
use store::testing::scratch_folder;

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

/// Workers at once: more than the API's makers ask of migrations elsewhere, since the server is
/// ours.
const WORKERS: &str = "32:rest";
/// Every so many clients one is a company, with one director who is a client too.
const COMPANY_EVERY: u32 = 20;

/// The table of the migration.
pub(crate) async fn measure(clients: u32) -> Result<String, Trouble> {
    let folder = scratch_folder();
    write_book(&folder, clients)?;
    let server = Server::start(Store::open_sqlite(folder.join("bench.sqlite")).await?).await?;
    let options = Options {
        mapping: folder.join("mapping.yaml"),
        source: folder.clone(),
        state: folder.join("state"),
        base_urls: vec![format!("http://{}", server.address)],
        api_key: server.key.clone(),
        scope: Scope::Active,
        stages: Stages::parse_unlimited(WORKERS)?,
        patience: migrate::api::Patience::default(),
        may_repeat: false,
        window: None,
        listen: None,
        only: None,
        consent: migrate::run::Consent::default(),
        stop: Arc::default(),
    };
    let before = processor::of_this_process()?;
    let begun = Instant::now();
    let summary = migrate::run(options, Arc::new(Silent)).await?;
    let wall = begun.elapsed();
    server.quiet().await?;
    let settled = begun.elapsed();
    let cpu = processor::of_this_process()?.saturating_sub(before);
    server.stop().await;
    if !summary.is_clean() {
        return Err(format!("the migration was not clean:\n{summary}").into());
    }
    let each = |seconds: f64| f64::from(clients) / seconds;
    Ok(format!(
        "| Migration, SQLite, tool and server in one process | |\n| --- | ---: |\n\
         | clients, of them companies with a director | {clients}, {} |\n\
         | clients/s, brought over and read back | {:.0} |\n\
         | clients/s until every check has run | {:.0} |\n\
         | CPU of tool and server (us per client) | {:.0} |\n\
         | requests per client | {:.2} |\n",
        clients / COMPANY_EVERY,
        each(wall.as_secs_f64()),
        each(settled.as_secs_f64()),
        cpu.as_secs_f64() * 1e6 / f64::from(clients),
        f64::from(u32::try_from(summary.requests)?) / f64::from(clients),
    ))
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
