/**
 * Decides one take in one step, on Redis's own clock. A key's list holds its total, then its slots "time:count", oldest first, as
 * `SlidingWindow` does in memory. KEYS: the list, the penalty. ARGV: window ms, limit, units, consumed already (1 or 0), step ms, penalty
 * ms. Answers admitted (1 or 0), units in the window, ms to the next free unit, from when the units count.
 */
export const TAKE_SCRIPT = `
local CHUNK = 64
local log, penalty = KEYS[1], KEYS[2]
local window, limit, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local consumed, step, block = ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function read(slot)
  local time, count = string.match(slot, '^(%d+):(%d+)$')
  return tonumber(time), tonumber(count)
end
local function write(time, count) return string.format('%.0f:%.0f', time, count) end

local total = tonumber(redis.call('LINDEX', log, 0) or 0)
local newest = -math.huge
if total > 0 then
  newest = read(redis.call('LINDEX', log, -1))
  if newest > now + step then
    local slots = redis.call('LRANGE', log, 1, -1)
    local shift = newest - now
    for i, slot in ipairs(slots) do
      local time, count = read(slot)
      redis.call('LSET', log, i, write(time - shift, count))
    end
    newest = now
  end
  local before = total
  while total > 0 do
    local slots = redis.call('LRANGE', log, 1, total == before and 1 or CHUNK)
    local gone = 0
    for i, slot in ipairs(slots) do
      local time, count = read(slot)
      if time + window > now then break end
      gone, total = i, total - count
    end
    if gone > 0 then redis.call('LTRIM', log, gone, -1) end
    if gone < #slots or #slots == 0 then break end
  end
  if total <= 0 then
    redis.call('DEL', log)
    total, newest = 0, -math.huge
  elseif total ~= before then
    redis.call('LSET', log, 0, string.format('%.0f', total))
  end
end

local blocked = tonumber(redis.call('GET', penalty) or 0)
local admitted = consumed or (blocked <= now and total < limit)
local at = 0
if admitted and units > 0 then
  at = math.max(math.ceil(now / step) * step, newest)
  if total == 0 then redis.call('RPUSH', log, '0') end
  if at == newest then
    local _, count = read(redis.call('LINDEX', log, -1))
    redis.call('LSET', log, -1, write(at, count + units))
  else
    redis.call('RPUSH', log, write(at, units))
  end
  total = total + units
  redis.call('LSET', log, 0, string.format('%.0f', total))
  redis.call('PEXPIRE', log, window + step)
elseif not admitted and block > 0 and blocked <= now then
  blocked = now + block
  redis.call('SET', penalty, string.format('%.0f', blocked), 'PX', block)
end

local wait, left, from = 0, total, 1
local below = math.min(total, limit)
while left >= below and left > 0 do
  local slots = redis.call('LRANGE', log, from, from == 1 and 1 or from + CHUNK - 1)
  if #slots == 0 then break end
  for _, slot in ipairs(slots) do
    local time, count = read(slot)
    left = left - count
    if left < below then
      wait = time + window - now
      break
    end
  end
  from = from + #slots
end
return { admitted and 1 or 0, total, math.max(wait, blocked - now, 0), at }
`;

/**
 * Says how many seats of a key one process has, and takes one for it where there is room. KEYS: a hash of process → "seats:until ms".
 * ARGV: process, its seats without the new one, the new one (1 or 0), limit, lease ms. Processes whose lease is over no longer count.
 * Answers admitted (1 or 0), seats taken by all.
 */
export const SEATS_SCRIPT = `
local key, process = KEYS[1], ARGV[1]
local own, wanted, limit, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local taken = own
local all = redis.call('HGETALL', key)
for i = 1, #all, 2 do
  local seats, untilMs = string.match(all[i + 1], '^(%d+):(%d+)$')
  if tonumber(untilMs) <= now then
    redis.call('HDEL', key, all[i])
  elseif all[i] ~= process then
    taken = taken + tonumber(seats)
  end
end
local admitted = wanted == 1 and taken < limit
if admitted then own, taken = own + 1, taken + 1 end
if own > 0 then
  redis.call('HSET', key, process, string.format('%.0f:%.0f', own, now + lease))
  redis.call('PEXPIRE', key, lease)
else
  redis.call('HDEL', key, process)
end
return { admitted and 1 or 0, taken }
`;
