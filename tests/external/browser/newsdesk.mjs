// A newsroom's day in the console: an author asks, an editor sends back and approves, a reader complains,
// and somebody leaves. With the mouse, with the keyboard, and without scripts.
// usage: newsdesk.mjs ORIGIN PUBLIC LINKS, where LINKS is JSON: {ada, grace, olga, ben}
import { check, end, inspect, launch, shoot, signIn, visit } from "./driver.mjs";

const [origin, reader, links] = process.argv.slice(2);
const browser = await launch();
const states = {};
for (const [name, link] of Object.entries(JSON.parse(links))) states[name] = await signIn(browser, origin, link);
const open = (name, options = {}) => visit(browser, origin, { state: states[name], ...options });
const brief = "river; name=Elbe; place=Dresden; level_cm=412; change_cm=20; alert_cm=500";

// An author asks; the rules read along, the text comes while it is written, and an editor has to see it.
const ask = async (options = {}) => {
  const page = await open("ada", options);
  await page.goto("/console/create/text");
  if (options.script !== false) {
    await page.getByLabel("What should the text say?").pressSequentially("Somebody being arrested");
    await page.locator("#check", { hasText: "A refusal" }).waitFor();
    await shoot(page, "desk-check");
  }
  await page.getByLabel("What should the text say?").fill(brief);
  await page.getByLabel("Facts and sources").fill("The gauge stood at 412 centimetres.");
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL(/\/console\/r\//);
  for (let i = 0; i < 300 && (await page.locator("progress").count()) > 0; i += 1) {
    await page.waitForTimeout(200);
    if (options.script === false) await page.reload();
  }
  check((await page.textContent("main")).includes("Held for an editor"), "the text is not held");
  if (options.script !== false) {
    await inspect(page);
    await shoot(page, "desk-request");
  }
  await page.context().close();
};
await ask();
await ask({ script: false });

// Nobody decides about their own; the other editor uses the keyboard.
{
  const own = await open("ada");
  await own.goto("/console/reviews");
  await own.locator("[data-row]").first().click();
  check((await own.locator("button[value=approve]").count()) === 0, "an author can approve their own text");
  await own.context().close();
  const page = await open("grace");
  await page.goto("/console/reviews");
  check((await page.locator("[data-row]").count()) === 2, "the queue does not hold both texts");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/console\/reviews\/./);
  await inspect(page);
  await shoot(page, "desk-review");
  await page.getByLabel("Reason").selectOption("misleading");
  await page.getByLabel("Note").fill("The bridge is not named.");
  await page.keyboard.press("Tab");
  await page.locator("h1").click();
  await page.keyboard.press("r");
  await page.waitForURL(/\/console\/reviews(\?|$)/);
  check((await page.textContent("[role=status]")).includes("Not approved"), "the rejection is not told");
  await page.locator("[data-row]").first().click();
  await page.getByLabel("Reason").selectOption("accurate");
  await page.locator("button[value=approve]").click();
  await page.waitForURL(/\/console\/reviews(\?|$)/);
  await page.locator("[role=status] a").click();
  await page.waitForURL(/\/console\/assets\//);
  await page.getByLabel("Address of the article (if known)").fill("https://press.example/elbe");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.locator(".chips", { hasText: "Published" }).waitFor();
  await inspect(page);
  await shoot(page, "desk-published");
  const asset = page.url().split("/").pop().split("?")[0];
  await page.context().close();

  // Eight months later a reader complains; the editor withdraws, closes the complaint, and the reader is told.
  const writer = await visit(browser, reader);
  await writer.goto(`/complaint?about=content&asset=${asset}`);
  await writer.getByLabel("What happened?").fill("<script>alert(9)</script> The gauge stood at 214.");
  await writer.getByRole("button", { name: "Send" }).click();
  await writer.getByText(/[0-9A-Z]{4}-[0-9A-Z]{4}/).first().waitFor();
  const inbox = await open("grace");
  await inbox.goto("/console/complaints");
  check((await inbox.locator("article").count()) === 1, "the complaint is not there");
  await inspect(inbox);
  await shoot(inbox, "desk-complaint");
  await inbox.locator(`article a[href*="${asset}"]`).click();
  await inbox.waitForURL(/\/console\/assets\//);
  await inbox.locator("summary", { hasText: "Correct or withdraw" }).click();
  await inbox.locator("#notice").fill("https://press.example/notice");
  await inbox.getByRole("button", { name: "Withdraw" }).click();
  await inbox.locator(".chips", { hasText: "Withdrawn" }).waitFor();
  await inbox.goto("/console/complaints");
  await inbox.getByLabel("What came of it").selectOption("upheld");
  await inbox.getByRole("button", { name: "Close the complaint" }).click();
  await inbox.getByText("No complaint is open.").waitFor();
  await inbox.context().close();
  await writer.goto(`/verify/${asset}`);
  const told = await writer.textContent("main");
  check(/withdr[ae]w/i.test(told) && told.includes("press.example/notice"), `the withdrawal is not told: ${told}`);
  await shoot(writer, "desk-withdrawn");
  await writer.context().close();
}

// Somebody leaves: what they had open ends at once.
{
  const ben = await open("ben", { status: [401] });
  await ben.goto("/console/assets");
  const page = await open("olga");
  await page.goto("/console/people");
  await inspect(page);
  await shoot(page, "desk-people");
  await page.getByRole("button", { name: "Keep out: ben" }).click();
  await page.locator("tr", { hasText: "ben" }).getByText("kept out").waitFor();
  await ben.reload();
  check(ben.url().includes("/console/sign-in"), `ben still reads ${ben.url()}`);
  await ben.context().close();
  await page.context().close();
}
await end(browser);
