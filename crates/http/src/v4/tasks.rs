//! Tasks and their notes.

use axum::extract::State;
use axum::http::Uri;
use service::{notes, tasks};
use wire::request::{AddNote, AddTask, UpdateTask};

use crate::api::Api;
use crate::extract::{At, Who, Write};
use crate::parameters::page;
use crate::reply::{Answered, Reply};
use crate::v4::of_profile;

pub(super) async fn list(
    State(api): State<Api>,
    Who(caller): Who,
    At([id]): At<1>,
    uri: Uri,
) -> Reply {
    let page = page(&uri, tasks::LISTED_MAX)?;
    let listed = tasks::list(&api.platform, &caller, id, page).await?;
    Ok(Answered::part(listed, &of_profile(id, "tasks"), page))
}

pub(super) async fn add(State(api): State<Api>, At([id]): At<1>, write: Write<AddTask>) -> Reply {
    Ok(tasks::add(&api.platform, &write.caller, id, write.body)
        .await?
        .into())
}

pub(super) async fn read(State(api): State<Api>, Who(caller): Who, At([id, task]): At<2>) -> Reply {
    Ok(tasks::read(&api.platform, &caller, id, task).await?.into())
}

pub(super) async fn update(
    State(api): State<Api>,
    At([id, task]): At<2>,
    write: Write<UpdateTask>,
) -> Reply {
    Ok(
        tasks::update(&api.platform, &write.caller, id, (task, write.body))
            .await?
            .into(),
    )
}

pub(super) async fn notes(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, task]): At<2>,
) -> Reply {
    Ok(notes::list(&api.platform, &caller, id, task).await?.into())
}

pub(super) async fn add_note(
    State(api): State<Api>,
    At([id, task]): At<2>,
    write: Write<AddNote>,
) -> Reply {
    Ok(
        notes::add(&api.platform, &write.caller, id, (task, write.body))
            .await?
            .into(),
    )
}

pub(super) async fn delete_note(
    State(api): State<Api>,
    Who(caller): Who,
    At([id, task, note]): At<3>,
) -> Reply {
    Ok(notes::delete(&api.platform, &caller, id, (task, note))
        .await?
        .into())
}
