//! What records are asked for, in the words of HTTP parameters and command-line options.

use audit::{Event, Filter, Order, Query};
use clap::Args;
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{AssetId, MarkId, Principal, RequestId, Role, Sha256};
use utoipa::IntoParams;

use crate::{recording, secret::Secret};

/// Which records; those that have every given value.
#[derive(Debug, Clone, Default, Args, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Criteria {
    /// A request's id
    #[arg(long)]
    pub request: Option<String>,
    /// An asset's id
    #[arg(long)]
    pub asset: Option<String>,
    /// SHA-256 of bytes that were delivered or verified
    #[arg(long)]
    pub sha256: Option<String>,
    /// A mark id: 16 hexadecimal digits
    #[arg(long)]
    pub mark: Option<String>,
    /// A C2PA manifest's label
    #[arg(long)]
    pub manifest: Option<String>,
    /// Who acted, by the name that their key stands for
    #[arg(long)]
    pub subject: Option<String>,
    /// Who acted, by the pseudonym in the records
    #[arg(long)]
    pub actor: Option<String>,
    /// What happened, for example `released`
    #[arg(long)]
    pub event: Option<String>,
    /// A rule that had a finding
    #[arg(long)]
    pub rule: Option<String>,
    /// A model's configured name
    #[arg(long)]
    pub model: Option<String>,
    /// Who decided about held assets, by the name that their key stands for
    #[arg(long)]
    pub reviewer: Option<String>,
    /// Records of this time or later: RFC 3339, or a date
    #[arg(long)]
    pub since: Option<String>,
    /// Records before this time: RFC 3339, or a date
    #[arg(long)]
    pub until: Option<String>,
    /// `oldest` or `newest` first
    #[arg(long)]
    pub order: Option<String>,
    /// The first index
    #[arg(long)]
    pub start: Option<u64>,
    /// How many, at most; over HTTP also `limit`
    #[arg(short, long)]
    #[serde(alias = "limit")]
    pub n: Option<usize>,
    /// Where the page before ended; also `after`
    #[arg(skip)]
    #[serde(alias = "after")]
    pub cursor: Option<String>,
}

/// A value that cannot be asked for.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct CriterionError {
    /// The parameter or option.
    pub name: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl Criteria {
    /// The question, among the records of `tenant` or of all.
    ///
    /// # Errors
    /// [`CriterionError`] naming the value.
    pub(crate) fn query(
        &self,
        tenant: Option<&str>,
        pseudonyms: &Secret,
    ) -> Result<Query, CriterionError> {
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(tenant.map(|tenant| Filter::Tenant(tenant.to_owned())));
        filters.extend(parsed::<RequestId>("request", &self.request)?.map(Filter::Request));
        filters.extend(parsed::<AssetId>("asset", &self.asset)?.map(Filter::Asset));
        filters.extend(parsed::<Sha256>("sha256", &self.sha256)?.map(Filter::Sha256));
        filters.extend(parsed::<MarkId>("mark", &self.mark)?.map(Filter::Mark));
        filters.extend(self.manifest.clone().map(Filter::Manifest));
        filters.extend(self.actor.clone().map(Filter::Actor));
        filters.extend(event(self.event.as_deref())?.map(Filter::Event));
        filters.extend(self.rule.clone().map(Filter::Rule));
        filters.extend(self.model.clone().map(Filter::Model));
        let person = |name, subject: &Option<String>| {
            let pseudonym = |subject: &String| pseudonym(name, tenant, subject, pseudonyms);
            subject.as_ref().map(pseudonym).transpose()
        };
        filters.extend(person("subject", &self.subject)?.map(Filter::Actor));
        filters.extend(person("reviewer", &self.reviewer)?.map(Filter::Reviewer));
        Ok(Query {
            filters,
            since: moment("since", self.since.as_deref())?,
            until: moment("until", self.until.as_deref())?,
            order: order(self.order.as_deref())?,
            start: self.start.unwrap_or_default(),
            limit: self.n.unwrap_or(100),
            cursor: self.cursor.clone(),
        })
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    name: &'static str,
    text: &Option<String>,
) -> Result<Option<T>, CriterionError> {
    let wrong = |error: T::Err| CriterionError { name, reason: error.to_string() };
    text.as_deref().map(str::parse).transpose().map_err(wrong)
}

fn event(name: Option<&str>) -> Result<Option<Event>, CriterionError> {
    let wrong = |_| CriterionError {
        name: "event",
        reason: "there is no such event; `imprimatur audit tail` shows some".to_owned(),
    };
    name.map(|name| serde_json::from_value(name.into())).transpose().map_err(wrong)
}

fn order(name: Option<&str>) -> Result<Order, CriterionError> {
    match name {
        None | Some("oldest" | "asc") => Ok(Order::Oldest),
        Some("newest" | "desc") => Ok(Order::Newest),
        Some(_) => Err(CriterionError { name: "order", reason: "use oldest or newest".to_owned() }),
    }
}

/// A date is its first moment, in UTC.
pub(crate) fn moment(
    name: &'static str,
    text: Option<&str>,
) -> Result<Option<OffsetDateTime>, CriterionError> {
    let Some(text) = text else { return Ok(None) };
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let wrong = |_| CriterionError {
        name,
        reason: format!("`{text}` is not a time such as 2026-08-02 or 2026-08-02T10:00:00Z"),
    };
    OffsetDateTime::parse(&whole, &Rfc3339).map(Some).map_err(wrong)
}

/// Pseudonyms differ between tenants, so a name alone says nothing.
fn pseudonym(
    name: &'static str,
    tenant: Option<&str>,
    subject: &str,
    key: &Secret,
) -> Result<String, CriterionError> {
    let needs = || CriterionError { name, reason: "name the tenant, too".to_owned() };
    let tenant = tenant.ok_or_else(needs)?.to_owned();
    let (desk, subject) = (String::new(), subject.to_owned());
    let principal = Principal { tenant, desk, role: Role::Public, subject };
    Ok(recording::pseudonym(key, &principal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(change: impl FnOnce(&mut Criteria)) -> Result<Query, CriterionError> {
        let mut criteria = Criteria::default();
        change(&mut criteria);
        criteria.query(Some("press"), &Secret::random())
    }

    #[test]
    fn a_value_that_cannot_be_asked_for_is_named() {
        type Change = fn(&mut Criteria);
        let cases: [(&str, Change); 6] = [
            ("request", |c| c.request = Some("x".into())),
            ("mark", |c| c.mark = Some("x".into())),
            ("sha256", |c| c.sha256 = Some("x".into())),
            ("event", |c| c.event = Some("x".into())),
            ("since", |c| c.since = Some("yesterday".into())),
            ("order", |c| c.order = Some("x".into())),
        ];
        for (name, change) in cases {
            assert_eq!(ask(change).unwrap_err().name, name);
        }
    }

    #[test]
    fn a_tenant_is_always_among_the_filters_and_a_date_is_its_first_moment() {
        let query = ask(|c| c.since = Some("1970-01-02".into())).unwrap();
        assert_eq!(query.filters, [Filter::Tenant("press".into())]);
        assert_eq!(query.since.unwrap().unix_timestamp(), 86_400);
    }

    #[test]
    fn a_name_without_a_tenant_is_refused() {
        let criteria = Criteria { reviewer: Some("grace".into()), ..Criteria::default() };
        assert_eq!(criteria.query(None, &Secret::random()).unwrap_err().name, "reviewer");
    }
}
