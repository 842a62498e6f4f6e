//! Hears when other gateways have appended or published.

use std::time::Duration;

use futures::{StreamExt as _, future, stream};
use tokio_postgres::AsyncMessage;

use super::link::Link;
use crate::store::News;

/// How long it waits before it connects again; the log looks for itself in the meantime.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells `news` of every notification that is not `holder`'s own, until nobody listens.
pub(super) async fn listen(link: Link, holder: String, news: News) {
    let mut wanted = true;
    while wanted {
        if let Ok((client, mut connection)) = link.open().await {
            let mut messages = stream::poll_fn(move |context| connection.poll_message(context));
            let hearing = async {
                while let Some(Ok(message)) = messages.next().await {
                    if let AsyncMessage::Notification(said) = message
                        && said.payload() != holder
                        && !news()
                    {
                        return false;
                    }
                }
                true
            };
            // What was missed while there was no connection is news, too.
            let listening = client.batch_execute("LISTEN imprimatur_log");
            wanted = future::join(listening, hearing).await.1 && news();
        }
        tokio::time::sleep(PAUSE).await;
    }
}
