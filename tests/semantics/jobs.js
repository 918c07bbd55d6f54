'use strict';
// How many jobs of the pool run at a time: node jobs.js pbkdf2 JOBS | streams FILE...

const crypto = require('crypto');
const fs = require('fs');

const [kind, ...rest] = process.argv.slice(2);

function stop(error) {
  if (error)
    throw error;
}

if (kind === 'pbkdf2') {
  for (let i = 0; i < Number(rest[0]); i++)
    crypto.pbkdf2('secret', 'salt', 20000, 64, 'sha512', stop);
} else {
  for (const path of rest)
    fs.createReadStream(path).resume();
}
