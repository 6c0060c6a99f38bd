//! What columns of people, companies, associates, documents and notes are called.

use super::Entry;
use crate::init::words::Meaning as M;
use crate::init::words::Part;
use crate::init::words::Part::{Associates, Companies, Documents, Individuals, Notes};

const PEOPLE: &[Part] = &[Individuals, Associates];

pub(in crate::init) const COLUMNS: &[Entry] = &[
    (
        M::Title,
        PEOPLE,
        "
        title, salutation;
        titel, anrede;
        civilite, titre;
        tratamiento;
        titolo;
        aanhef;
        tytul",
    ),
    (
        M::GivenNames,
        PEOPLE,
        "
        forename, forenames, first name, first names, given name, given names;
        vorname, vornamen;
        prenom, prenoms;
        =nombre, nombres, nombre de pila;
        =nome;
        voornaam, voornamen;
        imie, imiona",
    ),
    (
        M::MiddleNames,
        PEOPLE,
        "
        middle name, middle names, second name;
        zweiter vorname, weitere vornamen, mittelname;
        deuxieme prenom;
        segundo nombre;
        secondo nome;
        tussenvoegsel;
        drugie imie",
    ),
    (
        M::FamilyName,
        PEOPLE,
        "
        surname, last name, family name;
        nachname, familienname, zuname;
        nom de famille, =nom;
        apellido, apellidos;
        cognome;
        achternaam, familienaam;
        nazwisko",
    ),
    (
        M::FullName,
        PEOPLE,
        "
        full name, =name, customer name, client name, person name;
        vollstandiger name, kundenname, =name;
        nom complet, nom et prenom;
        nombre completo, nombre y apellidos;
        nome e cognome, nome completo;
        volledige naam, =naam;
        imie i nazwisko",
    ),
    (
        M::BirthDate,
        PEOPLE,
        "
        dob, date of birth, birth date, birthdate, birthday, born, born on;
        geburtsdatum, geb datum, geboren, geboren am, geburtstag, gebdat;
        date de naissance, naissance, ne le;
        fecha de nacimiento, fecha nacimiento, nacimiento;
        data di nascita, data nascita;
        geboortedatum;
        data urodzenia",
    ),
    (
        M::Gender,
        PEOPLE,
        "
        sex, gender;
        geschlecht;
        sexe, genre;
        sexo, genero;
        sesso, genere;
        geslacht;
        plec",
    ),
    (
        M::Nationality,
        PEOPLE,
        "
        nationality, citizenship, country of citizenship;
        staatsangehorigkeit, nationalitat, staatsburgerschaft;
        nationalite, citoyennete;
        nacionalidad;
        nazionalita, cittadinanza;
        nationaliteit;
        obywatelstwo, narodowosc",
    ),
    (
        M::Occupation,
        &[Individuals],
        "
        occupation, profession, job, job title, employment;
        beruf, tatigkeit;
        metier;
        profesion, ocupacion;
        professione;
        beroep;
        zawod",
    ),
    (
        M::SourceOfFunds,
        &[Individuals],
        "
        source of funds, funds, source of wealth, funds source;
        mittelherkunft, herkunft der mittel, herkunft der gelder;
        origine des fonds;
        origen de fondos, origen de los fondos;
        origine dei fondi;
        herkomst middelen;
        zrodlo srodkow",
    ),
    (
        M::LegalName,
        &[Companies],
        "
        legal name, company name, business name, registered name, entity name, customer
            name, client name, =name, =company;
        firmenname, firmierung, =firma, unternehmensname, unternehmen, gesellschaft;
        raison sociale, denomination sociale, =nom, nom societe;
        razon social, denominacion social, =nombre;
        ragione sociale, denominazione;
        bedrijfsnaam, =naam;
        nazwa firmy, =nazwa",
    ),
    (
        M::TradingName,
        &[Companies],
        "
        trading name, trading as, trade name, dba;
        handelsname;
        nom commercial, enseigne;
        nombre comercial;
        nome commerciale;
        handelsnaam;
        nazwa handlowa",
    ),
    (
        M::RegisterNumber,
        &[Companies],
        "
        reg no, registration number, registration no, register number, registered
            number, company number, company no, company reg no, crn;
        handelsregisternummer, handelsregister, handelsregister nr, registernummer,
            register nr, hr nummer, hr nr, hrb;
        siren, siret, numero rcs, rcs;
        cif, nif, numero registro;
        numero rea, partita iva, codice fiscale;
        kvk, kvk nummer;
        krs, regon, nip",
    ),
    (
        M::IncorporationCountry,
        &[Companies],
        "
        inc country, country of incorporation, incorporation country, country of
            registration, registration country, jurisdiction, domicile;
        grundungsland, sitzland, sitzstaat;
        pays immatriculation, pays de constitution;
        pais de constitucion, pais constitucion;
        paese di costituzione;
        land van oprichting;
        kraj rejestracji",
    ),
    (
        M::IncorporationDate,
        &[Companies],
        "
        inc date, incorporation date, date of incorporation, incorporated on,
            incorporated, registration date, founded, founded on;
        grundung, grundungsdatum, gegrundet, gegrundet am;
        date de creation, date constitution, date immatriculation;
        fecha de constitucion, fecha constitucion;
        data di costituzione, data costituzione;
        oprichtingsdatum, opgericht;
        data zalozenia, data rejestracji",
    ),
    (
        M::EntityKind,
        &[Companies],
        "
        entity kind, entity type, legal form, company type, =kind, =type;
        rechtsform, gesellschaftsform;
        forme juridique;
        forma juridica, tipo sociedad;
        forma giuridica;
        rechtsvorm;
        forma prawna",
    ),
    (
        M::Industry,
        &[Companies],
        "
        sic, sic code, industry code, nace, nace code, naics;
        wz code, branchencode, branchenschlussel;
        code naf, naf, code ape, ape;
        cnae;
        ateco;
        sbi;
        pkd",
    ),
    (
        M::Role,
        &[Associates],
        "
        role, role code, position, function, relationship, relation, relationship type,
            =type;
        rolle, funktion, beziehung;
        fonction, qualite;
        rol, cargo, funcion;
        ruolo, carica;
        functie;
        rola, funkcja",
    ),
    (
        M::Share,
        &[Associates],
        "
        pct, percent, percentage, share, shares, shareholding, ownership, holding;
        anteil, prozent, beteiligung, anteil in prozent, quote;
        pourcentage, part, parts;
        porcentaje, participacion;
        percentuale, quota;
        aandeel, belang;
        udzial, procent",
    ),
    (
        M::AppointedOn,
        &[Associates],
        "
        appointed on, appointed, appointment date, date appointed, =since, =from, start
            date, valid from;
        bestellt am, =seit, =von, beginn, eintritt;
        nomme le, date nomination, debut;
        fecha nombramiento, =desde;
        data nomina, =dal;
        benoemd op, =sinds;
        data powolania, =od",
    ),
    (
        M::ResignedOn,
        &[Associates],
        "
        resigned on, resigned, resignation date, ended on, end date, =until, =to, valid
            to;
        ausgeschieden am, ausgeschieden, abberufen am, abberufen, =bis, ende, austritt;
        date de fin, demission, fin;
        fecha cese, cese, =hasta;
        data cessazione, =al;
        ontslag, =tot;
        data odwolania, =do",
    ),
    (
        M::DocumentType,
        &[Documents],
        "
        doc type, document type, =type, doc kind, document kind, =kind;
        dokumentart, dokumenttyp, =art, =typ;
        type de document;
        tipo documento, tipo de documento, =tipo;
        documentsoort, =soort;
        rodzaj dokumentu, =rodzaj",
    ),
    (
        M::FileName,
        &[Documents],
        "
        file name, filename, =file, path, file path, scan, image;
        dateiname, datei, dateipfad;
        fichier, nom du fichier, nom fichier;
        fichero, archivo, nombre archivo;
        nome file, percorso;
        bestandsnaam, bestand;
        plik, nazwa pliku",
    ),
    (
        M::DocumentNumber,
        &[Documents],
        "
        document number, document no, doc no, passport no, passport number, =number,
            =no;
        dokumentnummer, ausweisnummer, dokument nr;
        numero du document;
        numero documento, numero de documento;
        documentnummer;
        numer dokumentu",
    ),
    (
        M::IssuedOn,
        &[Documents],
        "
        issued on, issued, issue date, date of issue;
        ausgestellt am, ausgestellt, ausstellungsdatum;
        delivre le, date de delivrance;
        fecha de expedicion, fecha expedicion;
        data rilascio, rilasciato il;
        afgegeven op, afgiftedatum;
        data wydania",
    ),
    (
        M::ExpiresOn,
        &[Documents],
        "
        expires on, expires, expiry, expiry date, expiration date, valid until, valid
            to;
        gultig bis, ablaufdatum, lauft ab am;
        expire le, date expiration;
        fecha de caducidad, caducidad, vencimiento;
        scadenza, data scadenza;
        geldig tot, vervaldatum;
        wazny do, data waznosci",
    ),
    (
        M::NotedOn,
        &[Notes],
        "
        noted on, date, note date, created on, created, written on, entry date;
        datum, erfasst am, erstellt am, notiert am, =vom;
        cree le;
        fecha;
        data, creato il;
        aangemaakt op;
        utworzono",
    ),
    (
        M::Author,
        &[Notes],
        "
        author, user, user name, created by, written by, noted by, by, clerk, officer;
        verfasser, autor, bearbeiter, erfasst von, sachbearbeiter, mitarbeiter,
            benutzer;
        auteur, redige par;
        usuario;
        autore, utente;
        gebruiker;
        uzytkownik",
    ),
    (
        M::Text,
        &[Notes],
        "
        text, note, notes, note text, comment, comments, remark, remarks, body, memo,
            content;
        notiz, bemerkung, bemerkungen, kommentar, vermerk, inhalt;
        texte, commentaire, remarque, observation;
        texto, nota, comentario, observaciones;
        testo, commento, annotazione;
        tekst, opmerking;
        notatka, uwagi, tresc",
    ),
];
