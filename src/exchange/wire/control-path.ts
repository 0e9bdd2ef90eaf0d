/** Where the box's own endpoints are, apart from those that the venue has. */
export const CONTROL_PREFIX = '/sim/'
