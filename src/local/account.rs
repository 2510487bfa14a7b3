//! The one account and the one user of an embedded control plane.

use uuid::Uuid;

use crate::{
    local::{clock, store, store::Store},
    model::time::Millis,
};

/// Who owns everything here; made once for a data folder.
#[derive(Debug, Clone)]
pub struct Account {
    /// The account, a UUID.
    pub account_id: String,
    /// The user, a UUID.
    pub user_id: String,
    /// When the data folder was made.
    pub created_at: Millis,
}

impl Account {
    /// Reads the account of a data folder, or makes it.
    pub async fn load(store: &Store) -> Result<Self, store::Error> {
        let fresh = || Uuid::new_v4().hyphenated().to_string();
        Ok(Self {
            account_id: store.fact("account_id", fresh()).await?,
            user_id: store.fact("user_id", fresh()).await?,
            created_at: store
                .fact("created_at", clock::now().0.to_string())
                .await?
                .parse()
                .map_or_else(|_| clock::now(), Millis),
        })
    }

    /// The short form that the real control plane shows.
    pub fn slug(&self) -> &str {
        self.account_id.get(..8).unwrap_or(&self.account_id)
    }
}
