//! `/console/assets/{id}`: an asset, and what may be done with it.

use audit::{AssetEntry, Event, Filter, Order, Query as Asked};
use axum::{
    Form,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use pages::console::{
    asset::{self, Asset, Download, May, Node, Standing},
    review::Preview,
};
use serde::Deserialize;
use serde_json::Value;
use types::Modality;

use super::{Paged, member, seen, to};
use crate::{
    http::{console::Session, error::ApiError},
    items,
    pipeline::{Line, LineError},
    publishing::{self, Amendment, Notice, PublishError},
    wiring::Stages,
};

/// Pictures to compare with.
const OTHERS_MAX: usize = 20;
/// Nodes of a tree that are shown, and how deep it goes.
const NODES_MAX: usize = 60;
const LEVELS_MAX: usize = 4;

/// Which other picture is wanted beside it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Beside {
    with: Option<String>,
}

pub(super) async fn show(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
    Query(beside): Query<Beside>,
) -> Result<Response, ApiError> {
    let view = view(&line, &session, &id, beside.with.as_deref()).await?;
    Ok(page.show(asset::page(&page.frame, &member(&session), &view)))
}

/// What a form about publication says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Told {
    url: String,
    reason: String,
    replaced_by: String,
    amendment: String,
}

impl Told {
    fn notice(&self) -> Result<Notice, ApiError> {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let replaced_by = given(&self.replaced_by).map(|id| super::read(&id)).transpose()?;
        Ok(Notice { url: given(&self.url), replaced_by, reason: self.reason.trim().to_owned() })
    }
}

pub(super) async fn publish(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
    Form(told): Form<Told>,
) -> Result<Response, ApiError> {
    let asset = super::read(&id)?;
    let notice = told.notice()?;
    let done = publishing::publish(&line.stages(), &session.pass.principal, asset, &notice).await;
    done_or_again(&line, &session, &page, &id, done.map(drop)).await
}

pub(super) async fn amend(
    State(line): State<Line>,
    session: Session,
    page: Paged,
    Path(id): Path<String>,
    Form(told): Form<Told>,
) -> Result<Response, ApiError> {
    let asset = super::read(&id)?;
    let amendment = match told.amendment.as_str() {
        "correct" => Amendment::Correct,
        "withdraw" => Amendment::Withdraw,
        _ => return Err(ApiError::invalid("amendment", "Use correct or withdraw.")),
    };
    let (notice, who) = (told.notice()?, &session.pass.principal);
    let done = publishing::amend(&line.stages(), who, asset, amendment, &notice).await;
    done_or_again(&line, &session, &page, &id, done.map(drop)).await
}

async fn done_or_again(
    line: &Line,
    session: &Session,
    page: &Paged,
    id: &str,
    done: Result<(), PublishError>,
) -> Result<Response, ApiError> {
    let Err(error) = done else { return Ok(to(&page.frame.to(&format!("/console/assets/{id}")))) };
    let error = ApiError::from(error);
    let status = error.clone().into_response().status();
    if status == StatusCode::NOT_FOUND {
        return Err(error);
    }
    let mut view = view(line, session, id, None).await?;
    view.error = Some(error.body().error.message);
    Ok(page.with_status(status, asset::page(&page.frame, &member(session), &view)))
}

async fn view(
    line: &Line,
    session: &Session,
    id: &str,
    with: Option<&str>,
) -> Result<Asset, ApiError> {
    let (stages, who) = (line.stages(), &session.pass.principal);
    let entry = seen::own(&stages, &who.tenant, id)?;
    let record = seen::record(&stages, entry.index)?;
    let sheet = seen::sheet(&stages, &entry).await?;
    let modality = entry.media_type.modality();
    let leaves = entry.may_leave();
    let at = |file: &str| format!("/console/assets/{}/{file}", entry.asset_id);
    let preview = match leaves {
        true => {
            let spans = seen::spans(&record);
            Some(seen::preview(&stages, &entry, &at("content"), &sheet.alt, &spans).await?)
        }
        false => None,
    };
    let picture = matches!(preview, Some(Preview::Picture(..)));
    let others = if picture { others(&stages, &entry).await? } else { Vec::new() };
    let beside = with.and_then(|with| others.iter().find(|(other, _)| other == with));
    let beside =
        beside.map(|(other, name)| (format!("/console/assets/{other}/content"), name.clone()));
    let (sha256, _, manifest) = entry.current();
    let mark = serde_json::to_value(&entry.mark).unwrap_or_default();
    let mark = ["id", "reason", "algorithm"].iter().find_map(|name| mark.get(name)?.as_str());
    Ok(Asset {
        asset: entry.asset_id.to_string(),
        request: entry.request_id.to_string(),
        title: seen::title(&stages, &entry, &sheet).await,
        modality,
        media_type: entry.media_type.name().to_owned(),
        label: seen::label(&stages, &record, modality),
        state: entry.review.unwrap_or(entry.event).name().to_owned(),
        standing: entry.publication.as_ref().map(|now| Standing {
            state: now.state.name().to_owned(),
            at: now.at.clone(),
            url: now.url.clone(),
            index: now.index,
        }),
        preview,
        sha256: sha256.to_string(),
        manifest: manifest.to_owned(),
        mark: mark.unwrap_or("–").to_owned(),
        made_at: entry.time.clone(),
        index: entry.index,
        tree: if leaves { tree(&stages, &entry).await? } else { Vec::new() },
        downloads: if leaves { downloads(at) } else { Vec::new() },
        may: may(&entry, session),
        others,
        beside,
        error: None,
    })
}

fn may(entry: &AssetEntry, session: &Session) -> May {
    let reviews = session.pass.principal.role.may_review();
    let standing = entry.publication.as_ref().map(|now| now.state);
    May {
        publish: reviews && standing.is_none() && entry.may_leave(),
        amend: reviews && standing.is_some_and(|state| state != Event::Withdrawn),
    }
}

fn downloads(at: impl Fn(&str) -> String) -> Vec<Download> {
    let files = [
        ("File", "content"),
        ("C2PA (.c2pa)", "manifest"),
        ("IPTC XMP (.xmp)", "iptc.xmp"),
        ("ninjs 3.1 (.json)", "ninjs.json"),
        ("NewsML-G2 (.xml)", "newsml.xml"),
        ("tlog-proof", "receipt"),
    ];
    files.map(|(name, file)| Download { name: name.to_owned(), at: at(file) }).into()
}

/// Other pictures of the tenant, newest first.
async fn others(stages: &Stages, entry: &AssetEntry) -> Result<Vec<(String, String)>, ApiError> {
    let query = Asked {
        filters: vec![Filter::Tenant(entry.tenant.clone()), Filter::Event(Event::Released)],
        order: Order::Newest,
        limit: OTHERS_MAX * 3,
        ..Asked::default()
    };
    let mut others = Vec::new();
    for index in stages.log.find(&query).map_err(LineError::from)?.indices {
        let Some(asset) = seen::record(stages, index)?.asset_id else { continue };
        let other = stages.log.registry().asset(asset).map_err(LineError::from)?;
        let picture = |other: &AssetEntry| {
            other.media_type.modality() == Modality::Image && other.asset_id != entry.asset_id
        };
        let Some(other) = other.filter(picture) else { continue };
        let sheet = seen::sheet(stages, &other).await?;
        others.push((other.asset_id.to_string(), seen::title(stages, &other, &sheet).await));
        if others.len() >= OTHERS_MAX {
            break;
        }
    }
    Ok(others)
}

/// The manifest of what readers have, with what it was made from.
async fn tree(stages: &Stages, entry: &AssetEntry) -> Result<Vec<Node>, ApiError> {
    let (sha256, manifest, _) = entry.current();
    let report = items::verified(stages, entry, (sha256, manifest)).await?;
    let told = serde_json::to_value(&report).map_err(|_| ApiError::bug())?;
    let mut nodes = Vec::new();
    grow(&told, 0, &mut nodes);
    Ok(nodes)
}

fn grow(value: &Value, level: usize, nodes: &mut Vec<Node>) {
    if nodes.len() >= NODES_MAX {
        return;
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let actions = value.get("actions").and_then(Value::as_array);
    let action = |action: &Value| {
        let name = action.get("action").and_then(Value::as_str)?;
        let agent = action.get("agent").and_then(Value::as_str);
        Some(agent.map_or_else(|| name.to_owned(), |agent| format!("{name} · {agent}")))
    };
    let declared = ["ai_declared", "ai_declared_active"];
    nodes.push(Node {
        level: level.min(LEVELS_MAX),
        title: text("title").unwrap_or_else(|| "–".to_owned()),
        relationship: text("relationship").unwrap_or_default(),
        signer: value
            .get("signer")
            .and_then(|signer| signer.get("name")?.as_str())
            .map(str::to_owned),
        at: text("signed_at"),
        verdict: text("verdict").unwrap_or_default(),
        actions: actions.into_iter().flatten().filter_map(action).collect(),
        ai: declared.iter().any(|name| value.get(name).and_then(Value::as_bool) == Some(true)),
    });
    let ingredients = value.get("ingredients").and_then(Value::as_array);
    ingredients.into_iter().flatten().for_each(|node| grow(node, level + 1, nodes));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tree_is_told_from_the_top_and_ends() {
        let mut nodes = Vec::new();
        let leaf = json!({"title": "<b>", "relationship": "parentOf", "verdict": "none"});
        let told = json!({"title": "picture", "ai_declared_active": true, "ingredients": [leaf],
            "actions": [{"action": "c2pa.created", "agent": "model"}]});
        grow(&told, 0, &mut nodes);
        assert_eq!((nodes.len(), nodes[0].ai, nodes[1].level), (2, true, 1));
        assert_eq!(nodes[0].actions, ["c2pa.created · model"]);
        let many = json!({"ingredients": vec![json!({}); 500]});
        nodes.clear();
        grow(&many, 0, &mut nodes);
        assert_eq!(nodes.len(), NODES_MAX);
    }
}
