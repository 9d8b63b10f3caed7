// Fields of networks and ports.
import { field, integer, list, map, object, oneOf, text } from './field.ts'
import { maxLabelLength, maxLabels, maxListLength, maxNameLength, maxPorts } from './limits.ts'

export const labels = map(text(maxLabelLength), maxLabels)

const portLabels = field(
  'labels',
  'labels',
  labels,
  'Labels of the port, for load balancers and discovery.',
  {
    default: {},
    effect: 'inPlace',
  },
)
const portName = field('name', 'name', text(maxNameLength), 'Name of the port, unique in the app.')
const portProtocol = field(
  'protocol',
  'protocol',
  oneOf('tcp', 'udp', 'udp,tcp'),
  'Transport protocol of the port.',
  { default: 'tcp' },
)
const portNumber = integer(0, 65_535)

export const networks = list(
  object(
    field('mode', 'mode', oneOf('host', 'container/bridge', 'container'), 'How tasks reach the network.', {
      default: 'container',
    }),
    field('name', 'name', text(maxNameLength), 'Name of the container network.'),
    field('labels', 'labels', labels, 'Labels of the network membership.'),
  ),
  maxListLength,
)

export const portDefinitions = list(
  object(
    field('port', 'service', portNumber, 'Service port; 0 lets the server assign one.', {
      default: 0,
      effect: 'inPlace',
      restartWhen: 'requirePorts',
    }),
    portProtocol,
    portName,
    portLabels,
    field('hostPort', 'host', portNumber, 'Fixed port on the machine; 0 or absent takes any.'),
  ),
  maxPorts,
)

export const portMappings = list(
  object(
    field(
      'containerPort',
      'container',
      portNumber,
      'Port inside the container; 0 is the number of the host port.',
      {
        default: 0,
      },
    ),
    field('hostPort', 'host', portNumber, 'Port on the machine; 0 takes any.'),
    field('servicePort', 'service', portNumber, 'Service port; 0 lets the server assign one.', {
      default: 0,
      effect: 'inPlace',
    }),
    portProtocol,
    portName,
    portLabels,
    field(
      'networkNames',
      'network_names',
      list(text(maxNameLength), maxListLength),
      'Container networks that the port belongs to.',
      { default: [] },
    ),
  ),
  maxPorts,
)
