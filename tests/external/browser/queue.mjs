// Four eyes: an author cannot decide about their own work, what was rejected never leaves, not even as a
// leaked preview, and of two editors who decide at the same moment one does.
// usage: queue.mjs ORIGIN PUBLIC LINKS, where LINKS is JSON: {ada, grace, helena}
import { check, end, inBoth, inspect, launch, shoot, signIn, verify, visit } from "./driver.mjs";

const [origin, reader, links] = process.argv.slice(2);
const browser = await launch();
const states = {};
for (const [name, link] of Object.entries(JSON.parse(links))) states[name] = await signIn(browser, origin, link);
const open = (name, options = {}) => visit(browser, origin, { state: states[name], ...options });
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;
const PROMPT = "a harbour at dawn with two boats";

// An author asks for a picture, which the rules hold; the asset's id and the address of the request.
const ask = async (page) => {
  await page.goto("/console/create/image");
  await page.locator("#prompt").fill(PROMPT);
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL(/\/console\/r\//);
  await page.locator("#progress", { hasText: "Held for an editor" }).waitFor();
  const asset = ID.exec(await page.locator('a[href*="/console/assets/"]').first().getAttribute("href"))[0];
  return { asset, request: page.url() };
};
// What the log says of an asset, newest first.
const told = async (page, asset) => {
  await page.goto(`/console/audit?q=${asset}`);
  return page.locator("main tbody tr td:nth-child(3)").allTextContents();
};

const ada = await open("ada", { status: [403] });
const first = await ask(ada);
await inBoth(ada, "queue-held");
const second = await ask(ada);

// The author sees that it needs somebody else; a form that is made up is refused, on record.
await ada.goto("/console/reviews");
check((await ada.getByText("Your own: needs another editor").count()) === 2, "the author is not told");
await inBoth(ada, "queue-own");
await ada.goto(`/console/reviews/${first.asset}`);
check((await ada.locator("button[name=decision]").count()) === 0, "an author can decide about their own work");
const csrf = await ada.locator("form.member input[name=csrf]").inputValue();
const sha256 = (await ada.locator('dt:text-is("SHA-256") + dd').textContent()).trim();
const form = { csrf, sha256, reason: "accurate", responsible: "Ada", decision: "approve" };
const forged = await ada.request.post(`/console/reviews/${first.asset}`, { form });
check(forged.status() === 403, `a forged approval answers ${forged.status()}`);

// Another editor sees what was asked, what came out and why it waits, and rejects it by keyboard.
const grace = await open("grace", { status: [409] });
await grace.goto("/console/audit?event=refused");
check((await grace.locator("main tbody tr").count()) === 1, "the try is not on record");
await grace.goto("/console/reviews");
await grace.keyboard.press("j");
await grace.keyboard.press("Enter");
await grace.waitForURL(/\/console\/reviews\/./);
check(grace.url().includes(first.asset), "the queue does not begin with the oldest");
const seen = await grace.textContent("main");
check(seen.includes(PROMPT) && seen.includes("ports") && seen.includes("There are none yet"), `too little is seen: ${seen}`);
const shown = grace.locator(".shown img");
check(await shown.evaluate((picture) => picture.decode().then(() => picture.naturalWidth > 0)), "the output is not seen");
await inBoth(grace, "queue-review");
const leaked = await (await grace.request.get(await shown.getAttribute("src"))).body();
await grace.getByLabel("Reason").selectOption("misleading");
await grace.getByLabel("Note").fill("There is only one boat.");
await grace.locator("h1").click();
await grace.keyboard.press("r");
await grace.waitForURL(/\/console\/reviews(\?|$)/);
await grace.getByText("Not approved").first().waitFor();
await inspect(grace);

// It stays: the author gets no file, and learns why.
await ada.goto(first.request);
check((await ada.textContent("main")).includes("Not approved"), "the author does not see the decision");
await inBoth(ada, "queue-rejected");
for (const file of ["content", "manifest"]) {
  const answer = await ada.request.get(`/console/assets/${first.asset}/${file}`);
  check([403, 410].includes(answer.status()), `a rejected ${file} answers ${answer.status()}`);
}
await ada.goto(`/console/reviews/${first.asset}`);
check((await ada.textContent("main")).includes("There is only one boat."), "the note is not told");

// A leaked preview, as it is and as another program saves it, says that it was made here and no more.
{
  const page = await visit(browser, reader);
  await page.goto("/verify");
  const bytes = await page.evaluate(async (base64) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${base64}`;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
  }, leaked.toString("base64"));
  const saved = Buffer.from(bytes, "base64");
  for (const [name, mimeType, buffer] of [["leak.png", "image/png", leaked], ["leak.jpg", "image/jpeg", saved]]) {
    await page.goto("/verify");
    await verify(page, { name, mimeType, buffer });
    const text = await page.textContent("#result");
    check(text.includes("not published by us"), `${name}: it does not say that it was not published`);
    check(!text.includes(PROMPT) && !text.includes("press"), `${name}: strangers learn too much: ${text}`);
    check((await page.locator("#result .match, #result a[href^='/verify/']").count()) === 0, `${name}: there is a record`);
    await inspect(page);
    await shoot(page, `queue-${name}`);
  }
  const zh = await visit(browser, reader, { lang: "zh" });
  await zh.goto("/verify");
  await verify(zh, { name: "leak.jpg", mimeType: "image/jpeg", buffer: saved });
  check((await zh.textContent("#result")).includes("并非由我们发布"), "it is not said in Chinese");
  await inspect(zh);
  await shoot(zh, "queue-leak.jpg");
  await zh.context().close();
  await page.context().close();
}

// The next one: both editors press the key at the same moment, and one decision counts.
const helena = await open("helena", { status: [409] });
for (const page of [grace, helena]) {
  await page.goto(`/console/reviews/${second.asset}`);
  check((await page.textContent("section[aria-labelledby=similar]")).includes("Misleading"), "the earlier decision is not shown");
  await page.getByLabel("Reason").selectOption("accurate");
  await page.locator("h1").click();
}
await Promise.all([grace, helena].map((page) => page.keyboard.press("a")));
const outcomes = await Promise.all(
  [grace, helena].map(async (page) => {
    const taken = page.locator("[role=status]", { hasText: "Approved" }).and(page.locator(".note"));
    const late = page.getByText("Somebody else has decided");
    await taken.or(late).first().waitFor();
    return (await late.count()) === 0;
  }),
);
check(outcomes.filter(Boolean).length === 1, `decisions that were taken: ${outcomes}`);
const [winner, late] = outcomes[0] ? [grace, helena] : [helena, grace];
await inspect(late);
await shoot(late, "queue-late");

// It is published, and its manifest says so without a name.
await winner.goto(`/console/assets/${second.asset}`);
await winner.getByRole("button", { name: "Publish" }).click();
await winner.locator(".chips", { hasText: "Published" }).waitFor();
await inBoth(winner, "queue-published");
check((await winner.locator(".manifest code", { hasText: "c2pa.published" }).count()) >= 1, "the manifest does not say that it was published");
const file = await (await ada.request.get(`/console/assets/${second.asset}/content`)).body();
const inside = file.toString("latin1");
check(inside.includes("c2pa.published"), "the file does not say that it was published");
check(!/grace|helena/i.test(inside), "the file names a person");

// The log has it in order, with one decision each.
check(`${await told(grace, first.asset)}` === "Not approved,Held for an editor", `of the first the log says ${await told(grace, first.asset)}`);
check(`${await told(grace, second.asset)}` === "Published,Approved,Held for an editor", `of the second ${await told(grace, second.asset)}`);
await inBoth(grace, "queue-log");
await winner.goto(second.request);
const names = (await winner.locator(".step-name").allTextContents()).map((name) => name.split(":")[0]);
const steps = ["Request received", "Rules on the request", "Model", "Invisible mark", "Content Credentials", "Recorded in the log", "Review", "Publication"];
const places = steps.map((step) => names.indexOf(step));
check(places.every((place, at) => place >= 0 && (at === 0 || place > places[at - 1])), `the steps are ${names}`);
await inBoth(winner, "queue-timeline");
await end(browser);
