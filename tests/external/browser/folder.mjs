// A photo desk drops a folder of files that came in: a table that is sorted by its headings, a CSV that says
// what the command line says, and whatever the files say is text.
// usage: folder.mjs ORIGIN LINK FOLDER TOLD, where TOLD is a file of what `imprimatur verify --json` said.
import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { check, end, inspect, launch, shoot, signIn, visit } from "./driver.mjs";

const [origin, link, folder, told] = process.argv.slice(2);
const lines = readFileSync(told, "utf8").trim().split("\n").map((line) => JSON.parse(line));
// Manifests that lie beside files are sent with them, and are no rows.
const sent = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
const browser = await launch();
const state = await signIn(browser, origin, link);

// The columns of the CSV, as the command line has them.
const expected = lines.map((line) =>
  [
    line.file,
    line.verdict,
    line.signer?.name ?? "",
    line.signer?.list ?? "",
    line.ai_declared_active,
    line.ai_declared_anywhere,
    line.ingredient_warning,
    line.mark?.id ?? "",
  ].map(String),
);
// RFC 4180, as far as it is written here: every value of a row is quoted.
const rows = (csv) =>
  csv.trim().split("\r\n").slice(1).map((line) => [...line.matchAll(/"((?:[^"]|"")*)"|([^",]+)/g)].map(([, quoted, plain]) => (quoted ?? plain).replaceAll('""', '"')));
const byFile = (table) => table.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));

// A folder that is let go over the page, as a hand does it.
const drop = async (page, path) => {
  const zone = await page.locator("[data-drop]").boundingBox();
  const [x, y] = [zone.x + zone.width / 2, zone.y + zone.height / 2];
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"]) await session.send("Input.dispatchDragEvent", { type, x, y, data });
  await page.locator("#chosen", { hasText: String(sent) }).waitFor();
};

for (const lang of ["en", "zh"]) {
  const page = await visit(browser, origin, { lang, state });
  await page.goto("/console/desk");
  await inspect(page);
  await shoot(page, "folder-empty");
  await drop(page, folder);
  const start = Date.now();
  await page.locator("main form button[type=submit]").click();
  await page.locator("#found").waitFor();
  console.log(`${lines.length} files in ${Date.now() - start} ms`);
  const body = page.locator("tbody tr");
  check((await body.count()) === lines.length, `${await body.count()} rows for ${lines.length} files`);
  await inspect(page);
  await shoot(page, "folder-found");

  // What files are called and say is text.
  const names = await page.locator("tbody td:first-child").allTextContents();
  check(names.some((name) => name.includes("<img src=x onerror=alert(3)>")), `the hostile name is not shown: ${names}`);
  check((await page.locator("main img, main [onerror], tbody script").count()) === 0, "a file's text has become markup");

  // Each heading sorts, one way and the other; numbers as numbers.
  for (const [at, heading] of (await page.locator("thead button").all()).entries()) {
    const values = () => page.locator(`tbody td:nth-child(${at + 1})`).evaluateAll((cells) => cells.map((cell) => cell.dataset.value ?? cell.textContent.trim()));
    await heading.click();
    const up = await values();
    await heading.click();
    const down = await values();
    const order = new Intl.Collator(undefined, { numeric: true });
    check(up.every((value, n) => n === 0 || order.compare(up[n - 1], value) <= 0), `column ${at} is not sorted: ${up}`);
    check(down.every((value, n) => n === 0 || order.compare(down[n - 1], value) >= 0), `column ${at} is not sorted down: ${down}`);
  }
  check((await page.locator("th[aria-sort=descending]").count()) === 1, "the order is not told");

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  const csv = readFileSync(await download.path(), "utf8");
  const [found, wanted] = [byFile(rows(csv)), byFile(expected)];
  wanted.forEach((row, at) => check(`${found[at]}` === `${row}`, `the page says ${found[at]}, the command line ${row}`));
  check(found.length === wanted.length, `${found.length} rows of CSV`);

  // The same files by the button, where nobody drags.
  await page.goto("/console/desk");
  await page.setInputFiles("#files", `${folder}/${basename(lines[0].file)}`);
  await page.locator("main form button[type=submit]").focus();
  await page.keyboard.press("Enter");
  await page.locator("#found").waitFor();
  check((await body.count()) === 1, "the button does not send");
  await page.context().close();
}
await end(browser);
