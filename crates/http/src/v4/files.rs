//! Files and images of documents.

use axum::extract::State;
use axum::http::Uri;
use service::files;
use wire::request::{UploadFile, UploadImage};

use crate::api::Api;
use crate::extract::{At, Leave, Who, Write};
use crate::parameters::page;
use crate::reply::{Answered, Reply};
use crate::v4::of_profile;

pub(super) async fn upload(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<UploadFile>,
) -> Reply {
    Ok(files::upload(&api.platform, &write.caller, id, write.body)
        .await?
        .into())
}

pub(super) async fn read(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, file]): At<2>,
    _leave: Leave,
) -> Reply {
    Ok(files::read(&api.platform, &caller, id, file).await?.into())
}

pub(super) async fn list_images(
    State(api): State<Api>,
    Who(caller): Who,
    At([id]): At<1>,
    uri: Uri,
) -> Reply {
    let page = page(&uri, files::LISTED_MAX)?;
    let listed = files::list_images(&api.platform, &caller, id, page).await?;
    Ok(Answered::part(
        listed,
        &of_profile(id, "document_images"),
        page,
    ))
}

pub(super) async fn upload_image(
    State(api): State<Api>,
    At([id]): At<1>,
    write: Write<UploadImage>,
) -> Reply {
    Ok(
        files::upload_image(&api.platform, &write.caller, id, write.body)
            .await?
            .into(),
    )
}

pub(super) async fn read_image(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, image]): At<2>,
    _leave: Leave,
) -> Reply {
    Ok(files::read_image(&api.platform, &caller, id, image)
        .await?
        .into())
}
