//! Files and images of documents: taken in, encrypted, and read back.
//!
//! What a file is, its content says; its name and what the sender calls it are data. A file without
//! a row is not there. The pieces of a small file are stored in the commit of its row, which also
//! writes the audit; those of a large one before it, with a job that removes them if the upload does
//! not end.

mod content;
mod name;

use serde::{Deserialize, Serialize};
use serde_json::json;
use store::files::FileRow;
use uuid::Uuid;
use wire::request::{UploadFile, UploadImage};
use wire::resource::{DocumentImageResource, FileResource};
use wire::time::DateTime;
use wire::value::{AuditAction, DocumentCategory, DocumentType, ImageType};

pub use content::FILE_BYTES_MAX;
pub use name::FILE_NAME_CHARS_MAX;

use crate::change::{self, Answer, Done};
use crate::consequences::Entry;
use crate::once::{self, Start};
use crate::page::{Listed, Page};
use crate::platform::FreshIds;
use crate::profiles::load;
use crate::seal::NONCE_PREFIX_BYTES;
use crate::{Caller, Failure, Kind, Platform, convert, render};

/// Images in one answer, and on a profile; later ones are on the next page.
pub const LISTED_MAX: i64 = 1_000;

/// How many files are tried to learn whether a key is the right one: some may be damaged.
const TRIED_FILES_MAX: i64 = 8;

const FILE: &str = "file";
const IMAGE: &str = "image";

/// What the column `body` holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    /// Format of this form.
    format: u32,
    /// Random prefix of the nonces, hexadecimal.
    nonce: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    image_type: Option<ImageType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_type: Option<DocumentType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document_category: Option<DocumentCategory>,
}

/// A stored file with its content.
#[derive(Clone, Debug)]
pub struct Content {
    /// The name the sender gave it, without the folders before it.
    pub name: Option<String>,
    /// What the content is, such as `application/pdf`.
    pub media_type: String,
    /// The content, decrypted.
    pub bytes: Vec<u8>,
}

/// A file or image read back: its resource and, additive, its content.
#[derive(Serialize)]
struct WithContent<R> {
    #[serde(flatten)]
    resource: R,
    media_type: String,
    /// Base64.
    data: String,
}

/// Takes in a file, to be attached to notes.
pub async fn upload(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: UploadFile,
) -> Result<Answer, Failure> {
    let name = request.name.as_deref().map(name::read).transpose()?;
    let upload = Upload {
        kind: FILE,
        name,
        body: body(None, None, None),
        audit: (AuditAction::AddedAFile, "added a file"),
    };
    take_in(platform, caller, profile, (request.data, upload)).await
}

/// Takes in an image of a document.
pub async fn upload_image(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    request: UploadImage,
) -> Result<Answer, Failure> {
    let image_type = Some(request.image_type);
    let upload = Upload {
        kind: IMAGE,
        name: None,
        body: body(image_type, request.document_type, request.document_category),
        audit: (
            AuditAction::UploadedADocument,
            "uploaded an image of a document",
        ),
    };
    take_in(platform, caller, profile, (request.data, upload)).await
}

/// A file with its content.
pub async fn read(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let row = find(platform, caller, profile, (FILE, id)).await?;
    read_back(platform, caller, &row).await
}

/// An image of a document with its content.
pub async fn read_image(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Answer, Failure> {
    let row = find(platform, caller, profile, (IMAGE, id)).await?;
    read_back(platform, caller, &row).await
}

/// The images of a profile, without their content, oldest first.
pub async fn list_images(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    page: Page,
) -> Result<Listed, Failure> {
    load(platform, caller, profile).await?;
    let part = page.part(caller.account, profile);
    let mut rows = store::pages::files(&platform.store, IMAGE, part).await?;
    let next = page.cut(&mut rows, |row| convert::id(row.id));
    let images: Vec<DocumentImageResource> =
        rows.iter().map(image_resource).collect::<Result<_, _>>()?;
    let answer = render::answer(&images)?;
    Ok(Listed { answer, next })
}

/// The content of a file or image, for showing it to people; audited like every download.
pub async fn content(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    id: u128,
) -> Result<Content, Failure> {
    let (account, _) = load(platform, caller, profile).await?;
    let row = store::files::load(&platform.store, caller.account, profile, id).await?;
    let row = row.ok_or_else(|| Failure::not_found("file on this profile"))?;
    let bytes = content::load(platform, &row).await?;
    let entry = entry(
        caller,
        &row,
        (AuditAction::DownloadedADocument, "read a file"),
    );
    let audit = crate::audits::write(&account, profile, platform.now(), vec![entry]);
    platform
        .store
        .commit(store::Commit::new().write(audit))
        .await?;
    Ok(Content {
        name: row.name,
        media_type: row.media_type,
        bytes,
    })
}

/// The first images of a profile, oldest first.
pub(crate) async fn images_of(
    platform: &Platform,
    account: i64,
    profile: u128,
) -> Result<Vec<DocumentImageResource>, Failure> {
    let rows =
        store::files::of_profile(&platform.store, account, profile, IMAGE, LISTED_MAX).await?;
    rows.iter().map(image_resource).collect()
}

/// One image of a profile, without its content.
pub(crate) async fn image_of(
    platform: &Platform,
    account: i64,
    profile: u128,
    id: Uuid,
) -> Result<Option<DocumentImageResource>, Failure> {
    let row = store::files::load(&platform.store, account, profile, id.as_u128()).await?;
    let row = row.filter(|row| row.kind == IMAGE);
    row.as_ref().map(image_resource).transpose()
}

/// The files of a profile with these ids, in this order; `field` names the list in the request.
pub(crate) async fn files_of(
    platform: &Platform,
    account: i64,
    profile: u128,
    (field, ids): (&str, &[Uuid]),
) -> Result<Vec<FileResource>, Failure> {
    let mut found = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let row = store::files::load(&platform.store, account, profile, id.as_u128()).await?;
        let row = row.filter(|row| row.kind == FILE).ok_or_else(|| {
            Failure::field(
                &format!("{field}[{at}].id"),
                "names no file of this profile; upload it first",
            )
        })?;
        found.push(file_resource(&row));
    }
    Ok(found)
}

/// What is taken in, but for its content.
struct Upload {
    kind: &'static str,
    name: Option<String>,
    body: Body,
    audit: (AuditAction, &'static str),
}

fn body(
    image_type: Option<ImageType>,
    document_type: Option<DocumentType>,
    document_category: Option<DocumentCategory>,
) -> Body {
    let prefix: [u8; NONCE_PREFIX_BYTES] = rand::random();
    let nonce = content::hex(&prefix);
    Body {
        format: 1,
        nonce,
        image_type,
        document_type,
        document_category,
    }
}

async fn take_in(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (data, upload): (String, Upload),
) -> Result<Answer, Failure> {
    let _held = match once::begin(platform, caller).await? {
        Start::Before(answer) => return Ok(answer),
        Start::Go(held) => held,
    };
    load(platform, caller, profile).await?;
    let id = domain::Ids::fresh(&mut FreshIds::at(platform.now()));
    let sealed = content::seal(platform, (caller.account, id), &upload.body.nonce, data).await?;
    let row = FileRow {
        account: caller.account,
        profile_id: profile,
        id,
        kind: upload.kind.to_owned(),
        name: upload.name,
        media_type: sealed.media_type.to_owned(),
        size_bytes: i64::try_from(sealed.size_bytes).map_err(Failure::internal)?,
        sha256: sealed.sha256.to_vec(),
        uploaded_at: platform.now_micros(),
        body: serde_json::to_string(&upload.body).map_err(Failure::internal)?,
    };
    let pieces = sealed.pieces;
    let (pieces, held) = if pieces.len() <= content::PIECES_PER_COMMIT_MAX {
        (pieces, None)
    } else {
        (
            Vec::new(),
            Some(content::store(platform, &row, pieces).await?),
        )
    };
    let done = change::change(
        platform,
        caller,
        profile,
        |draft| {
            draft.writes(content::writes(&row, &pieces));
            draft.write(store::files::insert(&row));
            if let Some(held) = &held {
                draft.guard(store::jobs::guard(held));
                draft.writes(store::jobs::finish(held));
            }
            draft.audit(entry(caller, &row, upload.audit));
            Ok(())
        },
        |_, ()| resource(&row),
    );
    let done = done.await;
    let is_stored = match &done {
        Ok(Done::Now(..)) => true,
        Ok(Done::Before(_)) => false,
        Err(failure) => failure.kind == Kind::Unknown,
    };
    if let Some(held) = held
        && !is_stored
    {
        content::discard(platform, &row, &held).await;
    }
    done.and_then(Done::answer)
}

fn entry(caller: &Caller, row: &FileRow, what: (AuditAction, &'static str)) -> Entry {
    let reference = json!({
        "file": convert::id(row.id),
        "sha256": content::hex(&row.sha256),
        "media_type": row.media_type,
    });
    Entry::new(&caller.actor, what, &reference)
}

/// Whether a key opens what is stored of some file of an account; nothing when there is none.
pub(crate) async fn is_opened(
    store: &store::Store,
    key: &[u8; 32],
    account: i64,
) -> Result<Option<bool>, Failure> {
    let mut opened = None;
    for row in store::files::some(store, account, TRIED_FILES_MAX).await? {
        match content::is_opened(store, key, &row).await? {
            Some(true) => return Ok(Some(true)),
            Some(false) => opened = Some(false),
            None => {}
        }
    }
    Ok(opened)
}

async fn find(
    platform: &Platform,
    caller: &Caller,
    profile: u128,
    (kind, id): (&str, u128),
) -> Result<FileRow, Failure> {
    let row = store::files::load(&platform.store, caller.account, profile, id).await?;
    let row = row.filter(|row| row.kind == kind);
    row.ok_or_else(|| Failure::not_found(&format!("{kind} on this profile")))
}

async fn read_back(platform: &Platform, caller: &Caller, row: &FileRow) -> Result<Answer, Failure> {
    let content = content(platform, caller, row.profile_id, row.id).await?;
    let (media_type, bytes) = (content.media_type, content.bytes);
    let data = content::base64(bytes).await?;
    match row.kind.as_str() {
        IMAGE => render::answer(&WithContent {
            resource: image_resource(row)?,
            media_type,
            data,
        }),
        _ => render::answer(&WithContent {
            resource: file_resource(row),
            media_type,
            data,
        }),
    }
}

fn resource(row: &FileRow) -> Result<Answer, Failure> {
    match row.kind.as_str() {
        IMAGE => render::answer(&image_resource(row)?),
        _ => render::answer(&file_resource(row)),
    }
}

fn file_resource(row: &FileRow) -> FileResource {
    FileResource {
        id: convert::id(row.id),
        name: row.name.clone(),
        encrypted_data: None,
        sha256: Some(content::hex(&row.sha256)),
        size_bytes: u64::try_from(row.size_bytes).ok(),
    }
}

fn image_resource(row: &FileRow) -> Result<DocumentImageResource, Failure> {
    let body: Body = serde_json::from_str(&row.body).map_err(Failure::internal)?;
    Ok(DocumentImageResource {
        id: convert::id(row.id),
        image_type: body.image_type.unwrap_or(ImageType::Front),
        upload_date: DateTime::from_micros(row.uploaded_at),
        document_type: body.document_type,
        document_category: body.document_category,
        encrypted_data: None,
        sha256: Some(content::hex(&row.sha256)),
        size_bytes: u64::try_from(row.size_bytes).ok(),
    })
}
