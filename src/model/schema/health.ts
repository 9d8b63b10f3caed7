// Fields of health checks, readiness checks and the informing check. An agent carries a check out with the
// specification its task was started with; only what the server alone decides changes in place.
import { healthProtocols } from '../app.ts'
import { boolean, field, integer, list, number, object, oneOf, text } from './field.ts'
import { maxArgs, maxArgumentLength, maxNameLength, maxPorts, maxSeconds } from './limits.ts'

/** A check more often than that is a busy loop. */
const period = number(0.1, maxSeconds)
const seconds = number(0, maxSeconds)
const portIndex = integer(0, maxPorts)
const shell = text(maxArgumentLength, { minLength: 1 })
const argv = field('argv', 'argv', list(text(maxArgumentLength), maxArgs), 'Program and arguments, no shell.')

export const healthChecks = list(
  object(
    field('protocol', 'protocol', oneOf(...healthProtocols), 'How the check is made.', { default: 'HTTP' }),
    field('path', 'path', text(2048), 'Path of the request (HTTP and HTTPS).'),
    field('port', 'port', integer(0, 65_535), 'Port number to check.'),
    field('portIndex', 'port_index', portIndex, "Position of the port in the app's ports."),
    field(
      'gracePeriodSeconds',
      'grace_period',
      seconds,
      'Failures before the first success do not count for so long after the start.',
      { default: 300, unit: 'seconds' },
    ),
    field('intervalSeconds', 'interval', period, 'Time between two checks.', {
      default: 60,
      unit: 'seconds',
    }),
    field('timeoutSeconds', 'timeout', period, 'A check that takes longer has failed.', {
      default: 20,
      unit: 'seconds',
    }),
    field(
      'maxConsecutiveFailures',
      'max_consecutive_failures',
      integer(0, 1_000_000),
      'One failure more than this in a row replaces the instance; 0 never does.',
      { default: 3, effect: 'inPlace' },
    ),
    field('delaySeconds', 'delay', seconds, 'Wait before the first check (checks made by the agent).', {
      default: 15,
      unit: 'seconds',
    }),
    field('ignoreHttp1xx', 'ignore_http_1xx', boolean, 'A status of 1xx is neither success nor failure.', {
      default: false,
    }),
    field('ipProtocol', 'ip_protocol', oneOf('IPv4', 'IPv6'), 'Version of the Internet protocol.', {
      default: 'IPv4',
    }),
    field(
      'command',
      'command',
      object(field('value', 'value', shell, 'Run by a shell.'), argv),
      'Command to run (COMMAND only); exit status 0 is success.',
    ),
  ),
  100,
)

export const readinessChecks = list(
  object(
    field('name', 'name', text(maxNameLength), 'Name of the check.', { default: 'readinessCheck' }),
    field('protocol', 'protocol', oneOf('HTTP', 'HTTPS'), 'How the check is made.', { default: 'HTTP' }),
    field('path', 'path', text(2048), 'Path of the request.', { default: '/' }),
    field('portName', 'port_name', text(maxNameLength), 'Name of the port to ask.', { default: 'http-api' }),
    field('intervalSeconds', 'interval', period, 'Time between two checks.', {
      default: 30,
      unit: 'seconds',
    }),
    field('timeoutSeconds', 'timeout', period, 'A check that takes longer has failed.', {
      default: 10,
      unit: 'seconds',
    }),
    field(
      'httpStatusCodesForReady',
      'http_status_codes_for_ready',
      list(integer(100, 999), 1000),
      'Statuses that mean ready.',
      { default: [200] },
    ),
    field('preserveLastResponse', 'preserve_last_response', boolean, 'Keep the last answer for people.', {
      default: false,
    }),
  ),
  1,
)

export const check = object(
  field(
    'http',
    'http',
    object(
      field('path', 'path', text(2048), 'Path of the request.'),
      field('scheme', 'scheme', text(16), 'http or https.'),
    ),
    'Ask over HTTP.',
  ),
  field('tcp', 'tcp', object(), 'Open a connection.'),
  field(
    'exec',
    'exec',
    object(
      field(
        'command',
        'command',
        object(field('shell', 'shell', shell, 'Run by a shell.'), argv),
        'What to run.',
        {
          required: true,
        },
      ),
    ),
    'Run a command.',
  ),
  field('portIndex', 'port_index', portIndex, "Position of the port in the app's ports."),
  field('intervalSeconds', 'interval', period, 'Time between two checks.', { default: 60, unit: 'seconds' }),
  field('timeoutSeconds', 'timeout', period, 'A check that takes longer has failed.', {
    default: 20,
    unit: 'seconds',
  }),
  field('delaySeconds', 'delay', seconds, 'Wait before the first check.', { default: 15, unit: 'seconds' }),
)
