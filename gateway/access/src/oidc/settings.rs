//! How a provider's people become ours.

use std::path::PathBuf;

use openidconnect::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use types::Role;

use super::wrong;
use crate::{AccessError, NewPerson};

/// `[auth.oidc]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The provider's address, as its tokens name it.
    pub issuer: String,
    /// Who we are to it.
    pub client_id: String,
    /// A file with our secret, mode 600; without it PKCE alone protects the code.
    #[serde(default)]
    pub client_secret_file: Option<PathBuf>,
    /// Our address for its answer, which ends in `/console/oidc/callback`.
    pub redirect_url: String,
    /// What is asked for besides `openid`, such as `profile`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The claim that gives a person's name here.
    #[serde(default = "name_claim")]
    pub name_claim: String,
    /// The claim, a text or a list, by which roles are given.
    pub role_claim: String,
    /// Which of its values give which role; the first that fits. Who has none of them does not come in.
    pub roles: Vec<RoleOf>,
    /// The organisation of all, where no claim gives it.
    #[serde(default)]
    pub tenant: Option<String>,
    /// The claim that gives the organisation.
    #[serde(default)]
    pub tenant_claim: Option<String>,
    /// The organisations that are let in; all if empty.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// The desk of all, where no claim gives it.
    #[serde(default)]
    pub desk: Option<String>,
    /// The claim that gives the desk.
    #[serde(default)]
    pub desk_claim: Option<String>,
    /// The desks that are let in; all if empty.
    #[serde(default)]
    pub desks: Vec<String>,
}

/// One value of the role claim and the role that it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleOf {
    /// For example a group.
    pub value: String,
    /// The role.
    pub role: Role,
}

fn name_claim() -> String {
    "preferred_username".to_owned()
}

impl Settings {
    /// # Errors
    /// [`AccessError::Invalid`] naming what cannot be used.
    pub(super) fn check(&self) -> Result<(), AccessError> {
        let problem = if !self.issuer.starts_with("http") {
            "auth.oidc.issuer must be an address"
        } else if !self.redirect_url.ends_with("/console/oidc/callback") {
            "auth.oidc.redirect_url must end in /console/oidc/callback"
        } else if self.roles.is_empty() {
            "auth.oidc.roles is empty: nobody could sign in"
        } else if self.tenant.is_none() && self.tenant_claim.is_none() {
            "auth.oidc needs tenant or tenant_claim"
        } else if self.desk.is_none() && self.desk_claim.is_none() {
            "auth.oidc needs desk or desk_claim"
        } else {
            return Ok(());
        };
        Err(AccessError::Invalid(problem.to_owned()))
    }

    pub(super) fn wanted_scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.scopes.iter().cloned().map(Scope::new)
    }

    /// Who somebody with these claims is here.
    pub(super) fn person(&self, claims: &Value) -> Result<NewPerson, AccessError> {
        let name = text(claims, &self.name_claim);
        let name =
            name.ok_or_else(|| wrong(&format!("there is no claim `{}`", self.name_claim)))?;
        let values = list(claims, &self.role_claim);
        let role = self.roles.iter().find(|row| values.contains(&row.value.as_str()));
        let role = role.ok_or_else(|| wrong("this person has no role here"))?.role;
        let given = |claim: &Option<String>, all: &Option<String>| {
            let claimed = claim.as_ref().and_then(|claim| text(claims, claim));
            claimed.map(str::to_owned).or_else(|| all.clone())
        };
        let tenant = given(&self.tenant_claim, &self.tenant);
        let desk = given(&self.desk_claim, &self.desk);
        let (Some(tenant), Some(desk)) = (tenant, desk) else {
            return Err(wrong("there is no claim that gives organisation and desk"));
        };
        let among = |list: &[String], value| list.is_empty() || list.contains(value);
        if !among(&self.tenants, &tenant) || !among(&self.desks, &desk) {
            return Err(wrong("this person's organisation or desk is not let in"));
        }
        Ok(NewPerson { name: name.to_owned(), tenant, desk, role })
    }
}

fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str().filter(|text| !text.trim().is_empty())
}

fn list<'a>(claims: &'a Value, name: &str) -> Vec<&'a str> {
    match claims.get(name) {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn settings() -> Settings {
        serde_json::from_value(json!({
            "issuer": "https://id.example", "client_id": "imprimatur",
            "redirect_url": "https://press.example/console/oidc/callback",
            "role_claim": "groups", "tenant": "press", "desk_claim": "department",
            "desks": ["city", "sport"],
            "roles": [{"value": "chiefs", "role": "standards"}, {"value": "desk", "role": "editor"}],
        }))
        .unwrap()
    }

    #[test]
    fn claims_give_name_role_and_desk() {
        let claims = json!({
            "preferred_username": "ada", "groups": ["desk", "chiefs"], "department": "city",
        });
        let person = settings().person(&claims).unwrap();
        assert_eq!((person.name.as_str(), person.role), ("ada", Role::Standards));
        assert_eq!((person.tenant.as_str(), person.desk.as_str()), ("press", "city"));
        let claims = json!({"preferred_username": "bob", "groups": "desk", "department": "sport"});
        assert_eq!(settings().person(&claims).unwrap().role, Role::Editor);
    }

    #[test]
    fn who_does_not_belong_here_does_not_come_in() {
        for claims in [
            json!({"groups": ["desk"], "department": "city"}),
            json!({"preferred_username": " ", "groups": ["desk"], "department": "city"}),
            json!({"preferred_username": "ada", "groups": ["others"], "department": "city"}),
            json!({"preferred_username": "ada", "department": "city"}),
            json!({"preferred_username": "ada", "groups": ["desk"]}),
            json!({"preferred_username": "ada", "groups": ["desk"], "department": "foreign"}),
        ] {
            assert!(settings().person(&claims).is_err(), "{claims}");
        }
    }

    #[test]
    fn what_cannot_work_is_said_before_anybody_tries() {
        assert!(settings().check().is_ok());
        let wrong: [fn(&mut Settings); 5] = [
            |settings| settings.issuer = "id.example".into(),
            |settings| settings.redirect_url = "https://press.example/".into(),
            |settings| settings.roles.clear(),
            |settings| settings.tenant = None,
            |settings| settings.desk_claim = None,
        ];
        for change in wrong {
            let mut settings = settings();
            change(&mut settings);
            assert!(settings.check().is_err(), "{settings:?}");
        }
    }
}
