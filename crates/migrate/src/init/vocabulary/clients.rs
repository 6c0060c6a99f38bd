//! What columns of clients are called, people and companies alike.

use super::Entry;
use crate::init::words::Meaning as M;
use crate::init::words::Part;
use crate::init::words::Part::{Associates, Companies, Documents, Individuals, Notes};

const CLIENTS: &[Part] = &[Individuals, Companies];
const OF_CLIENTS: &[Part] = &[Individuals, Companies, Documents, Notes];
const ALL: &[Part] = &Part::ALL;

pub(in crate::init) const COLUMNS: &[Entry] = &[
    (
        M::Reference,
        OF_CLIENTS,
        "
        customer no, customer number, customer id, customer ref, customer reference,
            cust no, cust id, cust ref, client no, client number, client id, client ref,
            client code, party id, cif, =ref, =reference, =id, =no, =number, =client,
            =customer;
        kundennummer, kunden nr, kunden id, kd nr, knr, mandantennummer, =nr, =kunde;
        numero client, no client, ref client, code client, =dossier, no dossier;
        numero cliente, no cliente, id cliente, codigo cliente, =cliente;
        codice cliente;
        klantnummer, klant nr, =klant;
        nr klienta, id klienta",
    ),
    (
        M::Reference,
        &[Associates],
        "
        company no, company number, company id, company ref, =company, entity id, entity
            no, parent id;
        firmennummer, firmen nr, firma nr, unternehmensnummer, =firma, kundennummer
            firma, =unternehmen, gesellschaft nr, =gesellschaft;
        numero societe, no societe, id societe, =societe;
        numero empresa, no empresa, id empresa, =empresa;
        codice azienda, =azienda;
        bedrijfsnummer, =bedrijf;
        nr firmy, =firma",
    ),
    (
        M::Person,
        &[Associates],
        "
        person no, person number, person id, person ref, =person, individual no,
            individual id, associate id, party id, holder id, customer no, cust no,
            client no;
        personennummer, personen nr, person nr, kundennummer person, kundennummer,
            =kunde;
        id personne, =personne, no client, =client;
        id persona, =persona, no cliente, =cliente;
        persoonsnummer, =persoon;
        id osoby, =osoba",
    ),
    (
        M::Status,
        CLIENTS,
        "
        status, customer status, client status, account status, =state;
        kundenstatus, zustand;
        statut, etat;
        estado;
        stato",
    ),
    (
        M::Product,
        CLIENTS,
        "
        product, product code, account type, service;
        produkt, produktcode, kontoart, kontotyp;
        produit, type de compte;
        producto, tipo de cuenta;
        prodotto;
        produkt",
    ),
    (
        M::OpenedOn,
        CLIENTS,
        "
        opened on, opened, open date, date opened, account opened, customer since,
            client since, =since, onboarded on, onboarding date, start date, joined on;
        eroffnet am, eroffnung, eroffnungsdatum, kontoeroffnung, kunde seit, =seit;
        date ouverture, ouvert le, client depuis;
        fecha apertura, cliente desde, fecha de alta;
        data apertura, cliente dal;
        klant sinds, openingsdatum;
        data otwarcia, klient od",
    ),
    (
        M::Risk,
        CLIENTS,
        "
        risk, risk rating, risk level, risk class, risk category, risk score;
        risiko, risikoklasse, risikostufe, risikoeinstufung;
        risque, niveau de risque;
        riesgo, nivel de riesgo;
        rischio;
        risico;
        ryzyko",
    ),
    (
        M::ReviewedOn,
        CLIENTS,
        "
        last kyc, last kyc date, kyc date, last review, last review date, last reviewed
            on, review date, reviewed on;
        letzte prufung, prufdatum, gepruft am, letzte uberprufung;
        derniere revue, date de revue;
        ultima revision, fecha revision;
        ultima revisione;
        laatste controle;
        ostatni przeglad",
    ),
    (
        M::ReviewOutcome,
        CLIENTS,
        "
        kyc outcome, kyc result, kyc status, review outcome, review result;
        prufergebnis, ergebnis;
        resultat kyc, resultat revue;
        resultado kyc, resultado revision;
        esito",
    ),
    (
        M::Other,
        ALL,
        "
        country of birth, birth country, place of birth, birth place, birthplace, next
            review, next review date, next kyc date, death date, date of death;
        geburtsort, geburtsland, geburtsname, nachste prufung, todesdatum;
        lieu de naissance, pays de naissance;
        lugar de nacimiento, pais de nacimiento;
        luogo di nascita",
    ),
    (
        M::Country,
        &[Individuals, Companies, Associates],
        "
        country, country code, residence country, country of residence, residence;
        land, staat, wohnsitzland, landercode;
        pays, pays de residence;
        pais, pais de residencia;
        paese, nazione;
        kraj",
    ),
    (
        M::AddressLine,
        CLIENTS,
        "
        address, addr, address line, street, street address;
        adresse, anschrift, strasse, str;
        rue, voie;
        direccion, calle, domicilio;
        indirizzo, via;
        adres, straat;
        ulica",
    ),
    (
        M::HouseNumber,
        CLIENTS,
        "
        house no, house number, street number, building number;
        hausnummer, haus nr, hnr;
        numero de rue;
        numero de calle;
        numero civico;
        huisnummer;
        numer domu, nr domu",
    ),
    (
        M::Town,
        CLIENTS,
        "
        town, city, locality, post town;
        ort, stadt, wohnort;
        ville, commune, localite;
        ciudad, poblacion, localidad, municipio;
        citta, comune, localita;
        plaats, woonplaats, stad;
        miasto, miejscowosc",
    ),
    (
        M::County,
        CLIENTS,
        "
        county, region, state province, province;
        bundesland, kanton, bezirk;
        departement;
        provincia, comunidad;
        regione;
        provincie;
        wojewodztwo",
    ),
    (
        M::Postcode,
        CLIENTS,
        "
        postcode, post code, postal code, zip, zip code;
        plz, postleitzahl;
        code postal, cp;
        codigo postal;
        cap;
        kod pocztowy",
    ),
    (
        M::Email,
        CLIENTS,
        "
        email, e mail, mail, email address, e mail address;
        e mail adresse;
        courriel, adresse email;
        correo, correo electronico;
        posta elettronica",
    ),
    (
        M::Phone,
        CLIENTS,
        "
        mobile, phone, telephone, tel, cell, mobile number, phone number, mobile phone;
        telefon, telefonnummer, mobil, handy;
        portable;
        telefono, movil;
        cellulare;
        telefoon, mobiel;
        komorka",
    ),
    (
        M::Website,
        CLIENTS,
        "
        website, web site, url, web, homepage;
        webseite, internet;
        site web;
        sitio web;
        sito;
        strona",
    ),
];
