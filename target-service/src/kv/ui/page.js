
'use strict';
// Keys and values travel in bodies only: a URL may be logged on its way.
const at = (id) => document.getElementById(id);
const MAX_BYTES = 65536;
const MAX_KEYS = 1000;
const bytes = (text) => new TextEncoder().encode(text).length;

const rules = {
  database: (text) => /^[0-9]{1,7}$/.test(text),
  key: (text) => /^[a-zA-Z0-9_-]+$/.test(text),
  value: (text) => bytes(text) <= MAX_BYTES,
};

/// Shows what is wrong with the fields and goes to the first of them; false when something is.
function valid(...fields) {
  const wrong = fields.filter((field) => !rules[field](at(field).value));
  for (const field of Object.keys(rules)) {
    const bad = wrong.includes(field);
    at(field).setAttribute('aria-invalid', bad);
    at(`${field}-error`).hidden = !bad;
  }
  if (wrong.length) at(wrong[0]).focus();
  return wrong.length === 0;
}

function say(kind, text, replaceable = false) {
  at('message').className = `message ${kind}`;
  at('message-text').textContent = text;
  at('replace').hidden = !replaceable;
  at('message').hidden = false;
}

/// The answer's JSON; otherwise an error in words.
async function ask(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      cache: 'no-store',
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
  } catch {
    throw { words: 'The service cannot be reached. Is it running?' };
  }
  const json = await answer.json().catch(() => ({}));
  if (answer.ok) return json;
  const detail = Array.isArray(json.detail)
    ? json.detail.map((mistake) => `${mistake.loc.join('.')}: ${mistake.msg}`).join('\n')
    : json.detail || answer.statusText;
  throw { status: answer.status, detail };
}

/// What to tell of a failed request; `what` was not done.
function explain(error, what) {
  if (error.words) return error.words;
  const said = `${error.status} ${error.detail}`;
  switch (error.status) {
    case 404: return `${what}: there is no such entry.`;
    case 413: return `${what}: the value is too large.`;
    case 422: return `${what}: the service does not accept the request.\n${error.detail}`;
    case 429: return `${what}: too many requests. Try again in a moment.`;
    case 503: return `${what}: the store is unavailable. Try again when it is back. (${said})`;
    case 504: return `${what}: the service took too long. (${said})`;
    default: return `${what}: the service failed. (${said})`;
  }
}

const entry = () => ({ database: Number(at('database').value), key: at('key').value });
const named = ({ database, key }) => `“${key}” of database ${database}`;
const exists = (error) => error.status === 409 || /UNIQUE constraint|duplicate key/.test(error.detail || '');
// As another service it says so of every unknown key.
const unknown = (error) => error.status === 404 || error.detail === 'Internal server error';

/// No button twice while the work is under way. The lists come after it: they may take their time.
async function busy(work) {
  const buttons = document.querySelectorAll('.actions button, #replace');
  for (const button of buttons) button.disabled = true;
  at('message').hidden = true;
  try { await work(); } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const get = () => valid('database', 'key') && busy(async () => {
  const wanted = entry();
  try {
    const { value } = await ask('POST', '/kv', wanted);
    at('value').value = value;
    measure();
    say('good', `Read ${named(wanted)}: ${bytes(value).toLocaleString('en')} bytes.`);
  } catch (error) {
    if (!unknown(error)) return say('bad', explain(error, 'Not read'));
    say('bad', `There is no entry ${named(wanted)}.`);
  }
});

const put = () => valid('database', 'key', 'value') && busy(async () => {
  const wanted = entry();
  try {
    await ask('PUT', '/kv', { ...wanted, value: at('value').value });
    say('good', `Stored ${named(wanted)}.`);
    list();
  } catch (error) {
    if (!exists(error)) return say('bad', explain(error, 'Not stored'));
    say('bad', `Not stored: there is an entry ${named(wanted)} already.`, true);
    replaceable = wanted;
  }
});

/// The entry that was found in the way.
let replaceable = null;

const replace = () => valid('value') && busy(async () => {
  try {
    await ask('DELETE', '/kv', replaceable);
    await ask('PUT', '/kv', { ...replaceable, value: at('value').value });
    say('good', `Replaced ${named(replaceable)}.`);
  } catch (error) {
    say('bad', `${explain(error, 'Not replaced')}\nThe old value may be gone. The new one is still in the form: put it again.`);
  }
  list();
});

const remove = () => valid('database', 'key') && busy(async () => {
  const wanted = entry();
  try {
    await ask('DELETE', '/kv', wanted);
    say('good', `Deleted. There is no entry ${named(wanted)} now.`);
    list();
  } catch (error) {
    say('bad', explain(error, 'Not deleted'));
  }
});

function fill(id, items, build) {
  at(id).replaceChildren(...items.map((item) => {
    const line = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    build(button, item);
    line.append(button);
    return line;
  }));
  at(`no-${id}`).hidden = items.length > 0;
}

/// How often the lists were asked for.
let asked = 0;

/// Both lists, for the database in the form.
async function list() {
  const turn = ++asked;
  const shown = rules.database(at('database').value) ? Number(at('database').value) : 0;
  try {
    const [{ databases }, { keys }] = await Promise.all([
      ask('GET', '/v1/databases'),
      ask('GET', `/v1/databases/${shown}/kv?limit=${MAX_KEYS}`),
    ]);
    // Overtaken: newer lists are on their way or shown.
    if (turn !== asked) return;
    fill('databases', databases, (button, { database, entries }) => {
      const count = document.createElement('span');
      count.className = 'count';
      count.textContent = entries === 1 ? '1 entry' : `${entries.toLocaleString('en')} entries`;
      button.append(String(database), count);
      button.setAttribute('aria-current', database === shown);
      button.addEventListener('click', () => { at('database').value = database; list(); });
    });
    fill('keys', keys, (button, key) => {
      button.textContent = key === '' ? '(empty)' : key;
      button.title = key;
      button.addEventListener('click', () => { at('database').value = shown; at('key').value = key; get(); });
    });
    at('shown').textContent = shown;
    at('more-keys').hidden = keys.length < MAX_KEYS;
  } catch (error) {
    if (turn === asked) say('bad', explain(error, 'Not listed'));
  }
}

function measure() {
  at('size').textContent = `${bytes(at('value').value).toLocaleString('en')} of 65,536 bytes`;
}

at('entry').addEventListener('submit', (event) => { event.preventDefault(); get(); });
at('put').addEventListener('click', put);
at('delete').addEventListener('click', remove);
at('replace').addEventListener('click', replace);
at('refresh').addEventListener('click', list);
at('database').addEventListener('change', () => { if (valid('database')) list(); });
at('value').addEventListener('input', measure);
list();
